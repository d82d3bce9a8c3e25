package dev.mailroom.examples.orders;

import dev.mailroom.inbox.Inbox;
import dev.mailroom.inbox.sqs.SqsConsumer;
import dev.mailroom.relay.aws.AwsClients;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A process with the consumers of all services. */
public final class ConsumerProcess {

  private static final int CONCURRENCY = 6;

  private ConsumerProcess() {}

  /**
   * Runs until it is told to stop.
   *
   * @param arguments the JDBC URL of the shop's database
   */
  public static void main(String... arguments) throws InterruptedException {
    String url = arguments[0];
    List<SqsConsumer> consumers =
        List.of(
            consumer(url, Service.BILLING, "billing", new Billing()),
            consumer(url, Service.SHIPPING, "shipping.fifo", new Shipping()),
            consumer(url, Service.ANALYTICS, "analytics", new Analytics()),
            consumer(url, Service.ORDERS, "order-updates", new OrderDesk()));
    List<SqsConsumer> running = new ArrayList<>(consumers);
    running.forEach(SqsConsumer::start);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> running.forEach(SqsConsumer::close)));
    System.out.println("ready");
    Thread.currentThread().join();
  }

  private static SqsConsumer consumer(
      String url, Service service, String queue, SqsConsumer.Handler handler) {
    Inbox inbox = Inbox.of(service.connect(url, CONCURRENCY), queue);
    return SqsConsumer.builder(AwsClients.sqs(), inbox)
        .queue(queue)
        .concurrency(CONCURRENCY)
        .visibility(Duration.ofSeconds(6))
        .heartbeat(Duration.ofSeconds(2))
        .onAny(handler)
        .build();
  }
}
