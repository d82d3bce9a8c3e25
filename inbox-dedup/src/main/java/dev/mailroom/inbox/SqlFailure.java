package dev.mailroom.inbox;

import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What an error of a database means for the transaction in which it came up. */
final class SqlFailure {

  private static final Set<String> WORTH_RETRYING =
      Set.of(
          "40001", // serialization_failure
          "40P01"); // deadlock_detected

  /** ER_CHECKREAD: the row has changed since the transaction's snapshot; its own kind of 40001. */
  private static final int MARIADB_SNAPSHOT = 1020;

  /** Ends no transaction; HY000 to the driver of MariaDB, and 40001 to that of MySQL. */
  private static final int LOCK_WAIT_TIMEOUT = 1205;

  /** A statement that took too long or was ended: on PostgreSQL and H2; on MariaDB and MySQL. */
  private static final Set<String> CANCELLED = Set.of("57014", "70100");

  /** The connection was killed, which MariaDB tells with the state of a cancelled statement. */
  private static final int KILLED = 1927;

  /** No such table, or no such schema, in the words of the databases. */
  private static final Set<String> NO_TABLE =
      Set.of("42P01", "3F000", "42S02", "42S03", "42S04", "90079");

  /** In MariaDB and MySQL, whose SQLState for it says too little. */
  private static final int NO_DATABASE = 1049;

  private static final String READ_ONLY_TRANSACTION = "25006";
  private static final int READ_ONLY_OPTION = 1290;
  private static final int READ_ONLY_INNODB = 1836;

  private SqlFailure() {}

  /** What to do about it, after a blank, where the error tells; else nothing. */
  static String advice(SQLException failure) {
    if (takesNoWrites(failure)) {
      return " The server takes no writes; it is a standby or a replica, or was made read-only."
          + " Connect to the primary.";
    }
    return NO_TABLE.contains(String.valueOf(failure.getSQLState()))
            || failure.getErrorCode() == NO_DATABASE
        ? " Call InboxSchema.migrate, with the same TableNames, or set the TableNames to where the"
            + " tables are."
        : "";
  }

  private static boolean takesNoWrites(SQLException failure) {
    return READ_ONLY_TRANSACTION.equals(failure.getSQLState())
        || (failure.getErrorCode() == READ_ONLY_OPTION
            && String.valueOf(failure.getMessage()).contains("read"))
        || failure.getErrorCode() == READ_ONLY_INNODB;
  }

  /**
   * Whether the failure to write one message's row says nothing of others: the database refused the
   * row itself, or gave it up after waiting for others, by a time limit of the server's for
   * instance.
   */
  static boolean isOfOneMessage(SQLException failure) {
    String state = String.valueOf(failure.getSQLState());
    return state.startsWith("22")
        || state.startsWith("23")
        || state.startsWith("40")
        || (CANCELLED.contains(state) && failure.getErrorCode() != KILLED)
        || failure.getErrorCode() == LOCK_WAIT_TIMEOUT
        || isWorthRetrying(failure);
  }

  /**
   * Whether the database answered that it does not commit, as it breaks a constraint for instance.
   */
  static boolean isRefusal(SQLException failure) {
    String state = failure.getSQLState();
    return state != null && (state.startsWith("23") || state.startsWith("40"));
  }

  /**
   * Whether the database gave up this transaction only because of others that ran beside it. Looks
   * through causes and chained exceptions, as frameworks wrap them.
   */
  static boolean isWorthRetrying(Throwable failure) {
    Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    Deque<Throwable> left = new ArrayDeque<>();
    addTo(left, failure);
    while (!left.isEmpty()) {
      Throwable next = left.pop();
      if (!seen.add(next)) {
        continue;
      }
      if (next instanceof SQLException sql) {
        if (isWorthRetrying(sql)) {
          return true;
        }
        addTo(left, sql.getNextException());
      }
      addTo(left, next.getCause());
    }
    return false;
  }

  private static boolean isWorthRetrying(SQLException failure) {
    String state = failure.getSQLState();
    return state != null
        && failure.getErrorCode() != LOCK_WAIT_TIMEOUT
        && (WORTH_RETRYING.contains(state)
            || (state.equals("HY000") && failure.getErrorCode() == MARIADB_SNAPSHOT));
  }

  private static void addTo(Deque<Throwable> left, @Nullable Throwable next) {
    if (next != null) {
      left.push(next);
    }
  }
}
