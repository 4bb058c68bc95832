"""The engines behind one interface: base.py says what each must do, tests/contract/search holds them to it."""
