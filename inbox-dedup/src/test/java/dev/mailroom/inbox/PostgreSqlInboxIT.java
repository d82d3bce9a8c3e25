package dev.mailroom.inbox;

import org.junit.jupiter.api.Nested;

/** The inbox's contracts on PostgreSQL. */
class PostgreSqlInboxIT {

  @Nested
  class Batches extends InboxBatchContract {
    @Override
    TestDatabase create() {
      return TestDatabase.create();
    }
  }
}
