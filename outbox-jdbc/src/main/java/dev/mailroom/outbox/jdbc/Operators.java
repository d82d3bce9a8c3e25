package dev.mailroom.outbox.jdbc;

import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.table;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.Table;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;

/** What all acts of operators share: a transaction with jOOQ, and a record of who did what. */
final class Operators {

  private static final int LONGEST_NAME = 128;
  private static final Duration LOCK_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration STATEMENT_TIMEOUT = Duration.ofSeconds(30);

  private static final Table<Record> OPERATION = table(name("outbox_operation"));
  private static final Field<Long> OPERATION_ID = field(name("operation_id"), Long.class);
  private static final Field<String> ACTED_BY = field(name("acted_by"), String.class);
  private static final Field<String> ACT = field(name("act"), String.class);
  private static final Field<String> SELECTION = field(name("selection"), String.class);
  private static final Field<Long> AFFECTED = field(name("affected"), Long.class);

  // Read once, when the first statement is built: jOOQ has no other switch for these.
  static {
    System.setProperty("org.jooq.no-logo", "true");
    System.setProperty("org.jooq.no-tips", "true");
  }

  private Operators() {}

  interface Work<T> {
    T run(DSLContext sql);
  }

  /** An act that is to be recorded. */
  record Act(String what, String by, String selection) {}

  static <T> T inTransaction(Transactions transactions, Work<T> work) {
    return transactions.run((dialect, connection) -> run(dialect, connection, work));
  }

  private static <T> T run(Dialect dialect, Connection connection, Work<T> work)
      throws SQLException {
    dialect.bound(connection, LOCK_TIMEOUT, STATEMENT_TIMEOUT);
    try {
      return work.run(DSL.using(connection));
    } catch (DataAccessException e) {
      SQLException cause = e.getCause(SQLException.class);
      throw cause == null ? new SQLException(e) : cause;
    }
  }

  /** Records an act that begins; the id to add to. */
  static long record(DSLContext sql, Act act, long affected) {
    return sql.insertInto(OPERATION, ACTED_BY, ACT, SELECTION, AFFECTED)
        .values(act.by(), act.what(), act.selection(), affected)
        .returningResult(OPERATION_ID)
        .fetchSingle()
        .value1();
  }

  /** Records that an act went on. */
  static void add(DSLContext sql, long operation, long affected) {
    sql.update(OPERATION)
        .set(AFFECTED, AFFECTED.plus(affected))
        .where(OPERATION_ID.eq(operation))
        .execute();
  }

  static String requireName(String by) {
    if (by == null || by.isBlank() || by.length() > LONGEST_NAME) {
      throw new IllegalArgumentException(
          "by must be 1 to " + LONGEST_NAME + " characters that say who acts: \"" + by + "\"");
    }
    return by;
  }

  static void requireBetween(String setting, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          setting + " must be " + least + " to " + most + ": " + value);
    }
  }
}
