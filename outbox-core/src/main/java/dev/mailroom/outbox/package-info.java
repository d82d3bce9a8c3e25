/**
 * What an application sees: it makes a {@link dev.mailroom.outbox.Message} and gives it to an
 * {@link dev.mailroom.outbox.Outbox} inside its own transaction. If that transaction commits, the
 * message reaches the broker at least once; if it rolls back, nobody ever hears of it.
 */
@NullMarked
package dev.mailroom.outbox;

import org.jspecify.annotations.NullMarked;
