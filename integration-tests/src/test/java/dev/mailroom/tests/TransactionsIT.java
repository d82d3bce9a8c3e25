package dev.mailroom.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mailroom.examples.transactions.OrderPlacer;
import dev.mailroom.examples.transactions.Purchase;
import dev.mailroom.examples.transactions.WithHibernate;
import dev.mailroom.examples.transactions.WithJdbc;
import dev.mailroom.examples.transactions.WithJooq;
import dev.mailroom.outbox.MailroomException;
import dev.mailroom.outbox.Message;
import dev.mailroom.outbox.Outbox;
import dev.mailroom.outbox.jdbc.JdbcOutbox;
import dev.mailroom.outbox.jdbc.OutboxSchema;
import dev.mailroom.testkit.database.DatabaseKind;
import dev.mailroom.testkit.database.DatabaseSetUp;
import dev.mailroom.testkit.database.WithDatabase;
import jakarta.persistence.EntityManagerFactory;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.hibernate.jpa.HibernatePersistenceConfiguration;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** An order and its message commit together or not at all, whoever runs the transaction. */
class TransactionsIT {

  @Nested
  @WithDatabase(value = DatabaseKind.POSTGRESQL, setUp = Tables.class)
  class OnPostgreSql extends Suite {
    OnPostgreSql(DataSource dataSource) {
      super(dataSource, SQLDialect.POSTGRES);
    }
  }

  @Nested
  @WithDatabase(value = DatabaseKind.MARIADB, setUp = Tables.class)
  class OnMariaDb extends Suite {
    OnMariaDb(DataSource dataSource) {
      super(dataSource, SQLDialect.MARIADB);
    }
  }

  @Nested
  @WithDatabase(value = DatabaseKind.MYSQL, setUp = Tables.class)
  class OnMySql extends Suite {
    OnMySql(DataSource dataSource) {
      super(dataSource, SQLDialect.MYSQL);
    }
  }

  @Nested
  @WithDatabase(value = DatabaseKind.H2, setUp = Tables.class)
  class OnH2 extends Suite {
    OnH2(DataSource dataSource) {
      super(dataSource, SQLDialect.H2);
    }
  }

  static final class Tables implements DatabaseSetUp {
    @Override
    public void setUp(DataSource database) throws SQLException {
      OutboxSchema.migrate(database);
      execute(database, "CREATE TABLE purchase (id varchar(40) PRIMARY KEY, cents int NOT NULL)");
    }
  }

  private static void execute(DataSource dataSource, String sql) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  abstract static class Suite {

    private final DataSource dataSource;
    private final SQLDialect dialect;

    Suite(DataSource dataSource, SQLDialect dialect) {
      this.dataSource = dataSource;
      this.dialect = dialect;
    }

    @BeforeEach
    void empty() throws SQLException {
      execute("TRUNCATE TABLE purchase");
      execute("TRUNCATE TABLE outbox_message");
    }

    @Test
    void plainJdbc() throws SQLException {
      bothOrNeither(new WithJdbc(dataSource));
    }

    @Test
    void jooq() throws SQLException {
      bothOrNeither(new WithJooq(DSL.using(dataSource, dialect)));
    }

    @Test
    void hibernate() throws SQLException {
      try (EntityManagerFactory entities =
          new HibernatePersistenceConfiguration("shop")
              .managedClass(Purchase.class)
              .property("jakarta.persistence.nonJtaDataSource", dataSource)
              .createEntityManagerFactory()) {
        bothOrNeither(new WithHibernate(entities));
      }
    }

    @Test
    void withoutATransactionOfJooqNothingIsPublished() throws SQLException {
      DSLContext dsl = DSL.using(dataSource, dialect);
      Message message = Message.to("orders").type("OrderPlaced").payload("{}").build();
      for (Outbox outbox :
          List.of(JdbcOutbox.create().on(dsl), JdbcOutbox.create().on(dsl.configuration()))) {
        assertThatThrownBy(() -> outbox.publish(message))
            .isInstanceOf(MailroomException.class)
            .hasMessageContaining("auto-commit");
      }
      assertThat(payloads()).isEmpty();
    }

    private void bothOrNeither(OrderPlacer placer) throws SQLException {
      placer.place("o-1", 1999);
      assertThat(orders()).containsExactly("o-1");
      assertThat(payloads()).containsExactly("{\"order\": \"o-1\", \"cents\": 1999}");

      execute("TRUNCATE TABLE outbox_message");
      assertThatThrownBy(() -> placer.place("o-1", 5)).isInstanceOf(RuntimeException.class);
      assertThat(payloads()).as("of an order that was refused").isEmpty();

      execute("ALTER TABLE outbox_message ADD CONSTRAINT refused CHECK (payload NOT LIKE '%o-2%')");
      assertThatThrownBy(() -> placer.place("o-2", 5)).isInstanceOf(RuntimeException.class);
      execute("ALTER TABLE outbox_message DROP CONSTRAINT refused");
      assertThat(orders()).as("after a message that was refused").containsExactly("o-1");
    }

    private List<String> orders() throws SQLException {
      return query("SELECT id FROM purchase ORDER BY id");
    }

    private List<String> payloads() throws SQLException {
      return query("SELECT payload FROM outbox_message ORDER BY seq");
    }

    private List<String> query(String sql) throws SQLException {
      try (Connection connection = dataSource.getConnection();
          Statement statement = connection.createStatement();
          ResultSet rows = statement.executeQuery(sql)) {
        List<String> texts = new ArrayList<>();
        while (rows.next()) {
          texts.add(rows.getString(1));
        }
        return texts;
      }
    }

    private void execute(String sql) throws SQLException {
      TransactionsIT.execute(dataSource, sql);
    }
  }
}
