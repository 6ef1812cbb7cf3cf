"""The parts of building a release: who may be in it, what each sample holds, and what describes the whole."""
