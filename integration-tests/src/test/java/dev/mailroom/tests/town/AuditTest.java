package dev.mailroom.tests.town;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the audit's queries see. */
class AuditTest {

  private static final String QUEUE = "q.fifo";

  private Connection connection;
  private Statement statement;

  @BeforeEach
  void makeTables() throws SQLException {
    connection = DriverManager.getConnection("jdbc:h2:mem:");
    statement = connection.createStatement();
    statement.execute("CREATE TABLE sent (queue text, message_key text, n int)");
    statement.execute(
        "CREATE TABLE received (no bigint GENERATED ALWAYS AS IDENTITY, queue text,"
            + " broker_id text, message_key text, n int, at_ms bigint)");
  }

  @AfterEach
  void close() throws SQLException {
    connection.close();
  }

  private void sent(int... numbers) throws SQLException {
    for (int n : numbers) {
      statement.execute("INSERT INTO sent VALUES ('%s', 'k', %d)".formatted(QUEUE, n));
    }
  }

  /** Each under an id of its own, a second after the one before. */
  private void received(int... numbers) throws SQLException {
    for (int i = 0; i < numbers.length; i++) {
      statement.execute(
          "INSERT INTO received (queue, broker_id, message_key, n, at_ms)"
              + " VALUES ('%s', 'id%d', 'k', %d, %d)".formatted(QUEUE, i, numbers[i], i * 1_000));
    }
  }

  private long gaps() throws SQLException {
    try (ResultSet results = statement.executeQuery(Audit.GAPS.formatted(QUEUE))) {
      results.next();
      return results.getLong(1);
    }
  }

  @Test
  void theEndOfAKeyMayRepeatInItsOrder() throws SQLException {
    sent(1, 3, 4, 8); // What is missing was rolled back.
    received(1, 3, 4, 3, 4, 4, 8);
    assertThat(gaps()).isZero();
  }

  @Test
  void aRepeatThatLeavesOneOutIsAGap() throws SQLException {
    sent(1, 2, 3);
    received(1, 2, 3, 1, 3, 2);
    assertThat(gaps()).isEqualTo(1);
  }

  @Test
  void soIsAFirstArrivalThatDoes() throws SQLException {
    sent(1, 2, 3, 4);
    received(2, 4);
    assertThat(gaps()).isEqualTo(2);
  }

  @Test
  void aSingleOneThatWasSentLateIsNone() throws SQLException {
    sent(1, 2, 3, 4);
    received(1, 2, 3, 2, 4);
    assertThat(gaps()).isZero();
  }

  @Test
  void aKeyThatGoesBackForGoodMustComeForwardInOrder() throws SQLException {
    sent(1, 2, 3, 4);
    received(1, 2, 3, 1, 1, 4);
    assertThat(gaps()).isEqualTo(1);
  }

  @Test
  void aRepeatIsAnAcceptanceAndNoDelivery() throws SQLException {
    received(1, 2, 1);
    statement.execute(
        "INSERT INTO received (queue, broker_id, message_key, n, at_ms)"
            + " VALUES ('%s', 'id1', 'k', 2, 9000)".formatted(QUEUE));
    try (ResultSet results = statement.executeQuery(Audit.REPEATS)) {
      results.next();
      assertThat(List.of(results.getInt("n"), results.getInt("before_ms"), results.getInt("at_ms")))
          .containsExactly(1, 0, 2_000);
      assertThat(results.next()).isFalse();
    }
  }
}
