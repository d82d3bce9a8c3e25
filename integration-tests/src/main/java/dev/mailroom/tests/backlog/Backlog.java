package dev.mailroom.tests.backlog;

import dev.mailroom.outbox.jdbc.OutboxSchema;
import dev.mailroom.testkit.PostgresServer;
import dev.mailroom.tests.backlog.Sink.Tally;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.function.LongConsumer;
import javax.sql.DataSource;

/** Lets a relay with little memory drain a large backlog, and counts. */
final class Backlog {

  static final int DESTINATIONS = 8;
  static final int KEYS = 10_007;

  private static final int INSERTED_AT_ONCE = 250_000;

  private static final String FILL =
      """
      INSERT INTO outbox_message (destination, message_id, message_key, message_type, payload)
      SELECT 'backlog-' || n %% %d || CASE WHEN n %% 2 = 0 THEN '.fifo' ELSE '' END,
             gen_random_uuid(), 'key-' || n %% %d, 'Numbered', rpad(n::text, 200)
      FROM generate_series(?::bigint, ?::bigint) AS n
      """
          .formatted(DESTINATIONS, KEYS);

  /**
   * What came of it.
   *
   * @param left rows that were not deleted
   */
  record Outcome(Tally accepted, long left, int exitStatus, double seconds) {}

  private final int messages;
  private final int heapMegabytes;

  Backlog(int messages, int heapMegabytes) {
    this.messages = messages;
    this.heapMegabytes = heapMegabytes;
  }

  /**
   * Runs it.
   *
   * @param written told how many rows are written
   * @param accepted told how many messages the sink has accepted
   */
  Outcome run(LongConsumer written, LongConsumer accepted)
      throws SQLException, IOException, InterruptedException {
    try (PostgresServer server = PostgresServer.start()) {
      String url = server.createDatabase("backlog");
      DataSource dataSource = server.dataSource("backlog");
      OutboxSchema.migrate(dataSource);
      fill(dataSource, written);
      return drain(url, dataSource, accepted);
    }
  }

  private void fill(DataSource dataSource, LongConsumer written) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        PreparedStatement fill = connection.prepareStatement(FILL)) {
      for (long from = 1; from <= messages; from += INSERTED_AT_ONCE) {
        long to = Math.min((long) messages, from + INSERTED_AT_ONCE - 1);
        fill.setLong(1, from);
        fill.setLong(2, to);
        fill.executeUpdate();
        written.accept(to);
      }
    }
  }

  private Outcome drain(String url, DataSource dataSource, LongConsumer told)
      throws IOException, InterruptedException, SQLException {
    long began = System.nanoTime();
    Process relay =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + heapMegabytes + "m",
                "-XX:+UseSerialGC",
                "-XX:+ExitOnOutOfMemoryError",
                "-cp",
                System.getProperty("java.class.path"),
                DrainProcess.class.getName(),
                url,
                Integer.toString(messages))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    Tally last = new Tally(0, 0, 0, 0);
    try (BufferedReader lines = relay.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.matches("\\d+ \\d+ \\d+ \\d+")) {
          last = Tally.parse(line);
          told.accept(last.distinct());
        }
      }
    }
    int status = relay.waitFor();
    double seconds = (System.nanoTime() - began) / 1e9;
    return new Outcome(last, left(dataSource), status, seconds);
  }

  private static long left(DataSource dataSource) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement();
        ResultSet results =
            statement.executeQuery(
                "SELECT (SELECT count(*) FROM outbox_message)"
                    + " + (SELECT count(*) FROM outbox_parked)")) {
      results.next();
      return results.getLong(1);
    }
  }
}
