/**
 * The relay: it reads what committed transactions left in the outbox, sends it, and deletes it once
 * the broker has accepted it. {@link dev.mailroom.relay.Relay} is what users start; {@link
 * dev.mailroom.relay.OutboxStore} and {@link dev.mailroom.relay.Transport} are the two sides that
 * other modules fill in. Nothing here knows JDBC or AWS.
 *
 * <p>The decisions live in {@code Engine}, which one thread drives by events; it owns the windows
 * of the lanes and the queues of the destinations. Calls to store and transport run elsewhere and
 * come back as events. So a test can drive the same engine with virtual time.
 */
@NullMarked
package dev.mailroom.relay;

import org.jspecify.annotations.NullMarked;
