"""What every floor stands on: ids, time, canonical bytes and errors. Standard library only."""
