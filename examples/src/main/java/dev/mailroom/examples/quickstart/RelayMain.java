package dev.mailroom.examples.quickstart;

import com.zaxxer.hikari.HikariDataSource;
import dev.mailroom.outbox.jdbc.OutboxSchema;
import dev.mailroom.relay.Relay;
import dev.mailroom.relay.aws.AwsClients;

/** A relay as a process of its own, which runs until it is told to end. */
public final class RelayMain {

  private RelayMain() {}

  /**
   * Relays what is in one database. Region and credentials of AWS come from the environment.
   *
   * @param arguments its JDBC URL
   */
  public static void main(String... arguments) throws InterruptedException {
    HikariDataSource dataSource = new HikariDataSource();
    dataSource.setJdbcUrl(arguments[0]);
    OutboxSchema.migrate(dataSource);
    Relay relay = Quickstart.relay(dataSource, AwsClients.sqs(), AwsClients.sns());
    Runtime.getRuntime().addShutdownHook(new Thread(relay::close)); // hands its work over at once
    Thread.currentThread().join(); // a relay's threads are daemons
  }
}
