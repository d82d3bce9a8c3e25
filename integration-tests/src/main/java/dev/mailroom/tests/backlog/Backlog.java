package dev.mailroom.tests.backlog;

import dev.mailroom.outbox.jdbc.OutboxSchema;
import dev.mailroom.testkit.PostgresServer;
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

  private static final int INSERTED_AT_ONCE = 250_000;

  private static final String FILL =
      """
      INSERT INTO outbox_message (destination, message_id, message_key, message_type, payload)
      SELECT 'backlog-' || n % 8 || CASE WHEN n % 2 = 0 THEN '.fifo' ELSE '' END,
             gen_random_uuid(), 'key-' || n % 10007, 'Numbered', rpad(n::text, 200)
      FROM generate_series(?::bigint, ?::bigint) AS n
      """;

  /**
   * What came of it.
   *
   * @param left rows that were not deleted
   * @param sumIsRight whether the numbers that were accepted add up
   */
  record Outcome(
      long messages, long accepted, long left, boolean sumIsRight, int exitStatus, double seconds) {

    long duplicates() {
      return Math.max(0, accepted - messages);
    }

    long lost() {
      return sumIsRight && left == 0 ? 0 : Math.max(1, messages - accepted);
    }

    boolean isKept() {
      return exitStatus == 0 && lost() == 0 && duplicates() == 0;
    }
  }

  private final long messages;
  private final int heapMegabytes;

  Backlog(long messages, int heapMegabytes) {
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
        long to = Math.min(messages, from + INSERTED_AT_ONCE - 1);
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
                Long.toString(messages))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    Thread killer = new Thread(relay::destroyForcibly);
    Runtime.getRuntime().addShutdownHook(killer);
    String last = "0 0";
    try (BufferedReader lines = relay.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.matches("\\d+ -?\\d+")) {
          last = line;
          told.accept(Long.parseLong(line.substring(0, line.indexOf(' '))));
        }
      }
    }
    int status = relay.waitFor();
    double seconds = (System.nanoTime() - began) / 1e9;
    long accepted = Long.parseLong(last.substring(0, last.indexOf(' ')));
    long sum = Long.parseLong(last.substring(last.indexOf(' ') + 1));
    boolean sumIsRight = sum == messages * (messages + 1) / 2;
    return new Outcome(messages, accepted, left(dataSource), sumIsRight, status, seconds);
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
