/**
 * Databases for tests, whatever the machine has: one that a URL names, a container, a server from
 * Maven artifacts, or H2 in memory. Tests ask for a {@link
 * dev.mailroom.testkit.database.TestDatabase}, or have one given by {@link
 * dev.mailroom.testkit.database.WithDatabase}.
 */
@NullMarked
package dev.mailroom.testkit.database;

import org.jspecify.annotations.NullMarked;
