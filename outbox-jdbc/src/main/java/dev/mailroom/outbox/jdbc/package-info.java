/**
 * The outbox in a relational database. {@link dev.mailroom.outbox.jdbc.JdbcOutbox} is the writing
 * side, {@link dev.mailroom.outbox.jdbc.JdbcOutboxStore} the relay's, and {@link
 * dev.mailroom.outbox.jdbc.OutboxSchema} makes the tables. All SQL of a database stands in the
 * classes with its name.
 */
@NullMarked
package dev.mailroom.outbox.jdbc;

import org.jspecify.annotations.NullMarked;
