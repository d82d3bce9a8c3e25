/**
 * Real servers for tests, started inside the JVM or beside it, without Docker: {@link
 * dev.mailroom.testkit.LocalAws} speaks SQS and SNS and injects faults, {@link
 * dev.mailroom.testkit.PostgresServer} is a PostgreSQL. Everything listens on the loopback address
 * only.
 */
@NullMarked
package dev.mailroom.testkit;

import org.jspecify.annotations.NullMarked;
