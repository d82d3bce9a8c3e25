package dev.mailroom.examples.orders;

import com.zaxxer.hikari.HikariDataSource;
import dev.mailroom.outbox.jdbc.JdbcOutboxStore;
import dev.mailroom.relay.Relay;
import dev.mailroom.relay.aws.AwsClients;
import dev.mailroom.relay.aws.AwsTransport;
import dev.mailroom.relay.aws.SnsTopic;
import dev.mailroom.relay.aws.SqsQueue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import software.amazon.awssdk.services.sns.SnsAsyncClient;
import software.amazon.awssdk.services.sqs.SqsAsyncClient;

/**
 * A process that relays the messages of all services, one relay for each outbox. Start it as often
 * as you like: the processes share the work, and if one dies the others take over. The address and
 * the credentials of AWS come from the environment, as for any program on the SDK.
 */
public final class RelayProcess {

  /** Shorter than usual: what a dead relay owned is taken over sooner. */
  private static final Duration LEASE = Duration.ofSeconds(8);

  private static final Duration RENEW_EVERY = Duration.ofSeconds(2);

  private RelayProcess() {}

  /**
   * Runs until it is told to stop.
   *
   * @param arguments the JDBC URL of the shop's database
   */
  public static void main(String... arguments) throws InterruptedException {
    SqsAsyncClient sqs = AwsClients.sqs();
    SnsAsyncClient sns = AwsClients.sns();
    AwsTransport transport =
        AwsTransport.builder(sqs, sns)
            .route(OrderChange.ORDERS, SnsTopic.named("orders"))
            .route(OrderChange.SHIPPING, SqsQueue.named("shipping.fifo"))
            .route(OrderChange.UPDATES, SqsQueue.named("order-updates"))
            .build();
    List<Relay> relays = new ArrayList<>();
    for (Service service : List.of(Service.ORDERS, Service.BILLING, Service.SHIPPING)) {
      HikariDataSource dataSource = service.connect(arguments[0], 8);
      Relay relay =
          Relay.builder()
              .store(JdbcOutboxStore.of(dataSource))
              .transport(transport)
              .lease(LEASE, RENEW_EVERY)
              .build();
      relay.start();
      relays.add(relay);
    }
    Runtime.getRuntime().addShutdownHook(new Thread(() -> relays.forEach(Relay::close)));
    System.out.println("ready");
    Thread.currentThread().join();
  }
}
