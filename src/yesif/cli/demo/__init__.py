"""The main job, played: two performers, two windows, a release, a licence, a lease, a no, a pay run, an audit."""
