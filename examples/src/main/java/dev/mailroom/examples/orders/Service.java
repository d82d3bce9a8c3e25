package dev.mailroom.examples.orders;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.mailroom.inbox.InboxSchema;
import dev.mailroom.outbox.jdbc.OutboxSchema;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;
import java.util.Objects;
import javax.sql.DataSource;

/**
 * The services of the shop. Each has a schema of its own, with its own tables, outbox and inbox.
 */
public enum Service {
  ORDERS,
  BILLING,
  SHIPPING,
  ANALYTICS;

  public String schema() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** A pool of connections that see this service's schema. */
  public HikariDataSource connect(String jdbcUrl, int connections) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(jdbcUrl);
    config.setSchema(schema());
    config.setMaximumPoolSize(connections);
    config.setConnectionTimeout(5_000);
    config.addDataSourceProperty("socketTimeout", "30");
    config.addDataSourceProperty("ApplicationName", schema());
    return new HikariDataSource(config);
  }

  /** Makes the schema and its tables, on a database that does not have them. */
  public void install(DataSource dataSource) throws SQLException, IOException {
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE SCHEMA " + schema());
      statement.execute(tables());
    }
    OutboxSchema.migrate(dataSource);
    InboxSchema.migrate(dataSource);
  }

  private String tables() throws IOException {
    try (InputStream sql = Service.class.getResourceAsStream(schema() + ".sql")) {
      return new String(
          Objects.requireNonNull(sql, schema() + ".sql").readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
