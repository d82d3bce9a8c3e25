/**
 * The outbox in a relational database. {@link dev.mailroom.outbox.jdbc.JdbcOutbox} is the writing
 * side, {@link dev.mailroom.outbox.jdbc.JdbcOutboxStore} the relay's, and {@link
 * dev.mailroom.outbox.jdbc.OutboxSchema} makes the tables. What a database does in a way of its own
 * stands in the classes that begin with its name.
 */
@NullMarked
package dev.mailroom.outbox.jdbc;

import org.jspecify.annotations.NullMarked;
