"""Work on pictures: functions from file paths and plain values to file paths and plain values."""
