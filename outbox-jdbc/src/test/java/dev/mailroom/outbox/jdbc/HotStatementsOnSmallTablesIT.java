package dev.mailroom.outbox.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import org.junit.jupiter.api.Test;

/**
 * The same on tables that are small and known to be: there the planner would like to read all of
 * them for each group of rows, and a relay would be slowest with a backlog of some ten thousand.
 */
class HotStatementsOnSmallTablesIT extends HotStatementsIT {

  @Override
  int rows() {
    return 40_000;
  }

  @Override
  int asked() {
    return 500;
  }

  @Override
  boolean rowsOfALaneAreMany() {
    return false;
  }

  @Override
  void grown(TestDatabase grown) {
    grown.execute("ANALYZE outbox_message, outbox_parked");
  }

  /** Not here: a plan is made anew once its tables are analyzed. */
  @Override
  void aPlanThatIsKeptWouldReadAll() {}

  @Test
  void thePlannerWouldLikeToReadAll() throws SQLException {
    assertThat(explain("acknowledge", "EXPLAIN ")).contains("Seq Scan on outbox_message");
  }
}
