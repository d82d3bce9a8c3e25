package dev.mailroom.examples.demo;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Objects;
import javax.sql.DataSource;

/** Asks the databases what happened. Nothing here trusts a counter of the code under test. */
final class Audit {

  /** How far the effects are. */
  record Progress(long expected, long done) {}

  private final DataSource dataSource;
  private final String audit;
  private final String progress;

  Audit(DataSource dataSource) throws IOException {
    this.dataSource = dataSource;
    this.audit = sql("audit.sql");
    this.progress = sql("progress.sql");
  }

  Progress progress() throws SQLException {
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(progress)) {
      row.next();
      return new Progress(row.getLong("expected"), row.getLong("done"));
    }
  }

  Report report(long seed, int rolledBack, long duplicatesReceived)
      throws SQLException, IOException {
    Delays delays = Delays.read(dataSource, sql("delays.sql"));
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(audit)) {
      row.next();
      return new Report(
          seed,
          row.getLong("orders_committed"),
          rolledBack,
          row.getLong("messages"),
          duplicatesReceived,
          row.getLong("lost"),
          row.getLong("invented"),
          row.getLong("double_effects"),
          row.getLong("order_violations"),
          Math.round(row.getLong("messages") / delays.seconds()),
          delays.percentile(50),
          delays.percentile(99));
    }
  }

  private static String sql(String name) throws IOException {
    try (InputStream text = Audit.class.getResourceAsStream(name)) {
      return new String(Objects.requireNonNull(text, name).readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
