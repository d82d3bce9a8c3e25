package dev.mailroom.inbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mailroom.outbox.jdbc.Database;
import dev.mailroom.outbox.jdbc.OutboxSchema;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class InboxSchemaIT {

  private final TestDatabase database = TestDatabase.empty(Database.POSTGRESQL);

  @AfterEach
  void stop() {
    database.close();
  }

  @Test
  void standsBesideTheApplicationsOwnMigrationsAndTheOutbox() {
    DataSource dataSource = database.pool(2);
    database.execute("CREATE TABLE customer (id int)");
    Flyway.configure().dataSource(dataSource).baselineOnMigrate(true).load().migrate();
    OutboxSchema.migrate(dataSource);
    InboxSchema.migrate(dataSource);
    InboxSchema.migrate(dataSource);
    assertThat(
            database.texts(
                "SELECT version FROM mailroom_inbox_schema_history WHERE success"
                    + " ORDER BY installed_rank"))
        .containsExactly("0", "1", "2");
    InboxSchema.validate(dataSource);
    Flyway.configure().dataSource(dataSource).load().validate();
    assertThat(database.recorded()).isEmpty();
  }

  @Test
  void severalProcessesCanMigrateAtOnce() {
    DataSource dataSource = database.pool(20);
    List<CompletableFuture<Void>> all = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      all.add(CompletableFuture.runAsync(() -> InboxSchema.migrate(dataSource)));
    }
    CompletableFuture.allOf(all.toArray(CompletableFuture<?>[]::new)).join();
    assertThat(database.recorded()).isEmpty();
  }

  @Test
  void everyColumnIsExplainedAndKeysAreBytewise() {
    InboxSchema.migrate(database.pool(2));
    assertThat(
            database.texts(
                "SELECT attname FROM pg_attribute WHERE attrelid = 'inbox_message'::regclass"
                    + " AND attnum > 0 AND col_description(attrelid, attnum) IS NULL"))
        .isEmpty();
    assertThat(
            database.texts(
                "SELECT collation_name FROM information_schema.columns"
                    + " WHERE table_schema = current_schema()"
                    + " AND table_name = 'inbox_message' AND data_type = 'text'"))
        .containsExactly("C", "C");
  }
}
