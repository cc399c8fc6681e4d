"""One small server per remote provider, faithful to its documents, for trying and for tests."""
