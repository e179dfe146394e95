// The programs that upstream offers only as a library, and strictdecode. No requirements of its own:
// every set builds it against the versions in its own go.mod.
module harden.test/consumers/mains

go 1.26.0
