package dev.mailroom.inbox;

import java.sql.SQLException;
import java.sql.SQLNonTransientException;

/**
 * What the handler did ended the inbox's transaction, or left it such that it can only be rolled
 * back.
 */
final class HandlerEndedTransaction extends SQLNonTransientException {

  private static final long serialVersionUID = 1L;

  private HandlerEndedTransaction(String problem, SQLException cause) {
    super(problem, cause.getSQLState(), cause.getErrorCode(), cause);
  }

  static HandlerEndedTransaction bySql(SQLException cause) {
    return new HandlerEndedTransaction("the handler ended the transaction by SQL", cause);
  }

  static HandlerEndedTransaction aborted(SQLException cause) {
    return new HandlerEndedTransaction(
        "a statement of the handler failed: " + cause.getMessage(), cause);
  }
}
