"""The Merkle machinery under the record: C2SP tlog-tiles, checkpoints, signed notes, offline proofs."""
