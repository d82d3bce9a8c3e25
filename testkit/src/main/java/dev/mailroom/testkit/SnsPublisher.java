package dev.mailroom.testkit;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mailroom.testkit.Deduplication.Accepted;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes publications in and hands them to every queue of the topic before it says so. */
final class SnsPublisher {

  private static final Logger log = LoggerFactory.getLogger(SnsPublisher.class);

  private final Sender sender;
  private final FaultyCalls faults;
  private final InstantSource clock;

  SnsPublisher(Sender sender, FaultyCalls faults, InstantSource clock) {
    this.sender = sender;
    this.faults = faults;
    this.clock = clock;
  }

  /**
   * Publishes, or recognizes what was published before.
   *
   * @return what became of each publication, when all queues have what they get
   */
  CompletableFuture<List<Accepted>> publish(Topic topic, List<Publication> publications) {
    // Acceptance and the turn must be one step: the groups' order is that of acceptance.
    synchronized (topic) {
      List<Accepted> accepted = publications.stream().map(topic::accept).toList();
      List<SnsNotification> notifications = notifications(topic, publications, accepted);
      return topic
          .turns()
          .after(groups(topic, publications), () -> fanOut(topic, notifications))
          .thenApply(delivered -> accepted);
    }
  }

  private static List<String> groups(Topic topic, List<Publication> publications) {
    return topic.isFifo()
        ? publications.stream().map(p -> String.valueOf(p.group())).distinct().toList()
        : List.of();
  }

  private List<SnsNotification> notifications(
      Topic topic, List<Publication> publications, List<Accepted> accepted) {
    List<SnsNotification> notifications = new ArrayList<>();
    for (int i = 0; i < publications.size(); i++) {
      if (!accepted.get(i).repeated()) {
        Publication publication = publications.get(i);
        SnsNotification original =
            new SnsNotification(publication, accepted.get(i), clock.instant(), false);
        notifications.add(original);
        if (faults.duplicates(topic.name())) {
          notifications.add(
              new SnsNotification(publication, original.accepted(), original.at(), true));
        }
      }
    }
    return notifications;
  }

  private CompletableFuture<Void> fanOut(Topic topic, List<SnsNotification> notifications) {
    return CompletableFuture.allOf(
        topic.subscriptions().values().stream()
            .map(subscription -> deliver(subscription, notifications))
            .toArray(CompletableFuture<?>[]::new));
  }

  private CompletableFuture<Answer> deliver(
      Subscription subscription, List<SnsNotification> notifications) {
    List<ObjectNode> entries =
        notifications.stream()
            .map(notification -> notification.to(subscription))
            .flatMap(Optional::stream)
            .toList();
    if (entries.size() < notifications.size()) {
      log.warn(
          "Discarded {} raw deliveries to {} with more than 10 attributes, as SNS does",
          notifications.size() - entries.size(),
          subscription.queue());
    }
    return sender
        .send(subscription.queue(), entries)
        .whenComplete((answer, error) -> report(subscription, answer));
  }

  private static void report(Subscription subscription, Answer answer) {
    if (answer != null
        && (!answer.isSuccess() || !Json.parse(answer.body()).path("Failed").isEmpty())) {
      log.warn(
          "Queue {} refused a delivery of {}; it is lost, as with SNS and no dead-letter queue",
          subscription.queue(),
          subscription.topicArn());
    }
  }
}
