"""The record as static files, where C2SP tlog-tiles says: public, cacheable, and of use to any C2SP reader."""
