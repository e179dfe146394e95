//! What the program knows of its surroundings.

use harden::host::{
    clock,
    env::{PLAIN_WIDTH, Stream, current_dir, harden, look},
    progress::Progress,
};

#[test]
fn a_stream_that_is_no_terminal_is_plain() {
    for stream in [Stream::Stdout, Stream::Stderr] {
        let look = look(stream);
        // Somebody may run the tests by hand.
        if !look.terminal {
            assert_eq!((look.color, look.width), (false, PLAIN_WIDTH));
        }
    }
}

#[test]
fn only_our_variables_are_seen() {
    assert!(harden().keys().all(|name| name.starts_with("HARDEN_")));
    assert!(current_dir().unwrap().is_absolute());
}

#[test]
fn today_is_a_day_of_this_age() {
    let day = clock::today().unwrap();
    assert!("2025-01-01".parse().is_ok_and(|then| day > then), "{day}");
}

#[test]
fn progress_is_shared_between_threads() {
    let progress = Progress::begin(100, "clusters");
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..25).for_each(|_| progress.done()));
        }
    });
    progress.end();
}
