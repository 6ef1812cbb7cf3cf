"""What is measured from tracks: speech activity, pitch, energy, pictures, faces, turns and words, with methods."""
