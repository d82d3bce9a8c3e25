package dev.mailroom.examples.orders;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.mailroom.inbox.InboxSchema;
import dev.mailroom.outbox.jdbc.OutboxSchema;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * The services of the shop. Each has a schema of its own, with its own tables, outbox and inbox.
 */
public enum Service {
  ORDERS,
  BILLING,
  SHIPPING,
  ANALYTICS;

  private static final Pattern STEPS = Pattern.compile(";\\s*");

  public String schema() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** A pool of connections that see this service's schema. */
  public HikariDataSource connect(String jdbcUrl, int connections) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(jdbcUrl);
    if (isMariaDbOrMySql(jdbcUrl)) {
      config.setCatalog(schema());
    } else {
      // H2 keeps names that are not quoted in upper case.
      config.setSchema(jdbcUrl.startsWith("jdbc:h2:") ? name() : schema());
    }
    config.setMaximumPoolSize(connections);
    config.setConnectionTimeout(5_000);
    if (jdbcUrl.startsWith("jdbc:postgresql:")) {
      config.addDataSourceProperty("socketTimeout", "30");
      config.addDataSourceProperty("ApplicationName", schema());
    }
    return new HikariDataSource(config);
  }

  private static boolean isMariaDbOrMySql(String jdbcUrl) {
    return jdbcUrl.startsWith("jdbc:mariadb:") || jdbcUrl.startsWith("jdbc:mysql:");
  }

  /** Makes the schema and its tables, on a database that does not have them. */
  public void install(String jdbcUrl) throws SQLException, IOException {
    try (Connection connection = DriverManager.getConnection(jdbcUrl);
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE SCHEMA " + schema());
    }
    try (HikariDataSource dataSource = connect(jdbcUrl, 2)) {
      try (Connection connection = dataSource.getConnection();
          Statement statement = connection.createStatement()) {
        for (String step : STEPS.splitAsStream(tables(jdbcUrl).strip()).toList()) {
          statement.execute(step);
        }
      }
      OutboxSchema.migrate(dataSource);
      InboxSchema.migrate(dataSource);
    }
  }

  private String tables(String jdbcUrl) throws IOException {
    String identity = isMariaDbOrMySql(jdbcUrl) ? "AUTO_INCREMENT" : "GENERATED ALWAYS AS IDENTITY";
    try (InputStream sql = Service.class.getResourceAsStream(schema() + ".sql")) {
      return new String(
              Objects.requireNonNull(sql, schema() + ".sql").readAllBytes(), StandardCharsets.UTF_8)
          .replace("${identity}", identity);
    }
  }
}
