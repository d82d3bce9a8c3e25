package dev.mailroom.inbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class SqlFailureTest {

  @ParameterizedTest
  @ValueSource(strings = {"22001", "23514", "40001", "40P01", "57014", "70100"})
  void someFailuresSayNothingOfOtherMessages(String state) {
    assertThat(SqlFailure.isOfOneMessage(new SQLException("failed", state))).isTrue();
  }

  @Test
  void norDoesASnapshotThatIsTooOld() {
    assertThat(SqlFailure.isOfOneMessage(new SQLException("changed", "HY000", 1020))).isTrue();
  }

  /** In the words of two drivers. */
  @ParameterizedTest
  @ValueSource(strings = {"HY000", "40001"})
  void aLockThatWasNotHadIsNoTransactionThatWasGivenUp(String state) {
    SQLException timeout = new SQLException("Lock wait timeout exceeded", state, 1205);
    assertThat(SqlFailure.isOfOneMessage(timeout)).isTrue();
    assertThat(SqlFailure.isWorthRetrying(timeout)).isFalse();
    assertThat(SqlFailure.isWorthRetrying(new SQLException("deadlock", "40001", 1213))).isTrue();
  }

  /** No connection, a standby, a server that stops or is full, no table, a pool that is empty. */
  @ParameterizedTest
  @NullSource
  @ValueSource(strings = {"08006", "25006", "57P01", "57P03", "53300", "42P01", "42501", "HY000"})
  void allOthersWouldBefallAnyMessage(String state) {
    assertThat(SqlFailure.isOfOneMessage(new SQLException("failed", state))).isFalse();
  }
}
