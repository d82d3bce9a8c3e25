/** Relays, writers, the database and the broker die, stand still and fail, under load. */
@NullMarked
package dev.mailroom.tests.crash;

import org.jspecify.annotations.NullMarked;
