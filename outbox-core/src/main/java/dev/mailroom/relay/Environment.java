package dev.mailroom.relay;

import java.util.random.RandomGenerator;

/** What every part of the engine works with. */
record Environment(
    Settings settings,
    Timeline timeline,
    Transport transport,
    RelayListener listener,
    RandomGenerator random) {}
