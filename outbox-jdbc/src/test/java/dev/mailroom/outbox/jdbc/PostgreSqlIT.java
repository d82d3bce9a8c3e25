package dev.mailroom.outbox.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.mailroom.outbox.MailroomException;
import dev.mailroom.outbox.Message;
import dev.mailroom.relay.OutboxStore;
import dev.mailroom.relay.OutboxStore.RowId;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** All suites on PostgreSQL. */
class PostgreSqlIT {

  @Nested
  class Store extends OutboxStoreSuite {
    Store() {
      super(Database.POSTGRESQL);
    }

    /**
     * What speeds up an acknowledgement must not weaken the commits of the connection's next user.
     */
    @Test
    void acknowledgesWithoutWaitingForTheDiskAndSettlesWithIt() {
      database.execute("CREATE TABLE seen (setting text)");
      database.execute(
          "CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO seen"
              + " VALUES (concat_ws('' '', current_setting(''synchronous_commit''),"
              + " current_setting(''transaction_isolation''),"
              + " current_setting(''idle_in_transaction_session_timeout'')));"
              + " RETURN NULL; END'");
      database.execute(
          "CREATE TRIGGER note AFTER DELETE ON outbox_message EXECUTE FUNCTION note()");
      List<RowId> ids = written(2);
      try (HikariDataSource one = new HikariDataSource()) {
        one.setJdbcUrl(database.url);
        one.setMaximumPoolSize(1);
        OutboxStore own = JdbcOutboxStore.of(one);
        own.acknowledge(List.of(ids.get(0)));
        own.settle(held(), parking(dead(ids.get(1), 1)));
      }
      assertThat(database.query("SELECT setting FROM seen"))
          .containsExactly("off read committed 5s", "on read committed 5s");
    }
  }

  @Nested
  class Leases extends LeaseStoreSuite {
    Leases() {
      super(Database.POSTGRESQL);
    }
  }

  @Nested
  class Writers extends WriterSuite {
    Writers() {
      super(Database.POSTGRESQL);
    }
  }

  @Nested
  class Crowds extends CrowdSuite {
    Crowds() {
      super(Database.POSTGRESQL);
    }
  }

  @Nested
  class Fidelity extends FidelitySuite {
    Fidelity() {
      super(Database.POSTGRESQL);
    }
  }

  @Nested
  class Operations extends OperatorsSuite {
    Operations() {
      super(Database.POSTGRESQL);
    }
  }

  /** It answers as a standby does, with 25006, and so does a server that was made read-only. */
  @Test
  void aServerThatTakesNoWritesIsNamed() throws SQLException {
    try (TestDatabase database = TestServer.of(Database.POSTGRESQL).withOutbox();
        HikariDataSource readOnly = new HikariDataSource()) {
      readOnly.setJdbcUrl(database.url);
      readOnly.setConnectionInitSql("SET default_transaction_read_only = on");
      Message message = Message.to("orders").type("T").payload("x").build();
      try (Connection writer = readOnly.getConnection()) {
        writer.setAutoCommit(false);
        assertThatThrownBy(() -> JdbcOutbox.create().publish(writer, message))
            .isInstanceOf(MailroomException.class)
            .hasMessageContaining("Connect to the primary");
        writer.rollback();
      }
      assertThatThrownBy(() -> JdbcOutboxStore.of(readOnly).remember(List.of("a")))
          .isInstanceOf(MailroomException.class)
          .hasMessageContaining("Connect to the primary");
    }
  }

  @Nested
  class Privileges extends PrivilegesSuite {
    Privileges() {
      super(Database.POSTGRESQL);
    }
  }
}
