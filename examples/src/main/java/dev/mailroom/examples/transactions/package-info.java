/**
 * Publishing in a transaction that somebody else runs, one screen each: plain JDBC, jOOQ,
 * Hibernate. All three place an order and write its message; both commit, or neither.
 */
@NullMarked
package dev.mailroom.examples.transactions;

import org.jspecify.annotations.NullMarked;
