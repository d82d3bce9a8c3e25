package dev.mailroom.outbox.jdbc;

import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.table;
import static org.jooq.impl.DSL.unquotedName;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.InsertValuesStep4;
import org.jooq.Record;
import org.jooq.SQLDialect;
import org.jooq.Table;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;

/** What all acts of operators share: a transaction with jOOQ, and a record of who did what. */
final class Operators {

  private static final int LONGEST_NAME = 128;
  private static final Duration LOCK_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration STATEMENT_TIMEOUT = Duration.ofSeconds(30);

  private static final Field<Long> OPERATION_ID = field(unquotedName("operation_id"), Long.class);
  private static final Field<String> ACTED_BY = field(unquotedName("acted_by"), String.class);
  private static final Field<String> ACT = field(unquotedName("act"), String.class);
  private static final Field<String> SELECTION = field(unquotedName("selection"), String.class);
  private static final Field<Long> AFFECTED = field(unquotedName("affected"), Long.class);

  /** MySQL has no RETURNING, and may stand behind the driver of MariaDB. */
  private static final Set<SQLDialect> COUNTS_BY_SESSION =
      Set.of(SQLDialect.MARIADB, SQLDialect.MYSQL);

  static {
    // It loads for seconds on a busy machine: not in a transaction, whose idle time is bounded.
    DSL.using(SQLDialect.DEFAULT).render(DSL.selectOne().from(table("t")).where(ACT.eq("x")));
  }

  private Operators() {}

  interface Work<T> {
    T run(Session session) throws SQLException;
  }

  /** A transaction of an operator, and the tables under the names that they have there. */
  record Session(DSLContext sql, Dialect dialect, Connection connection, TableNames names) {

    Table<Record> parked() throws SQLException {
      return named("outbox_parked");
    }

    Table<Record> destinations() throws SQLException {
      return named("outbox_destination");
    }

    Table<Record> operations() throws SQLException {
      return named("outbox_operation");
    }

    private Table<Record> named(String table) throws SQLException {
      return table(names.in(table, Database.of(connection)));
    }

    void remember(String destination) throws SQLException {
      dialect.hot().remember(connection, List.of(destination));
    }
  }

  /** An act that is to be recorded. */
  record Act(String what, String by, String selection) {}

  static <T> T inTransaction(Transactions transactions, Work<T> work) {
    return transactions.run(
        (dialect, connection) -> {
          dialect.bound(connection, LOCK_TIMEOUT, STATEMENT_TIMEOUT);
          DSLContext sql = DSL.using(connection);
          return run(new Session(sql, dialect, connection, transactions.names()), work);
        });
  }

  private static <T> T run(Session session, Work<T> work) throws SQLException {
    try {
      return work.run(session);
    } catch (DataAccessException e) {
      SQLException cause = e.getCause(SQLException.class);
      throw cause == null ? new SQLException(e) : cause;
    }
  }

  /** Records an act that begins; the id to add to. */
  static long record(Session session, Act act, long affected) throws SQLException {
    InsertValuesStep4<Record, String, String, String, Long> insert =
        session
            .sql()
            .insertInto(session.operations(), ACTED_BY, ACT, SELECTION, AFFECTED)
            .values(act.by(), act.what(), act.selection(), affected);
    if (COUNTS_BY_SESSION.contains(session.sql().family())) {
      insert.execute();
      return session.sql().lastID().longValueExact();
    }
    return insert.returningResult(OPERATION_ID).fetchSingle().value1();
  }

  /** Records that an act went on. */
  static void add(Session session, long operation, long affected) throws SQLException {
    session
        .sql()
        .update(session.operations())
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
