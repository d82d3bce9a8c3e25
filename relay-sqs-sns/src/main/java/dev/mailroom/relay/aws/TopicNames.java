package dev.mailroom.relay.aws;

import dev.mailroom.outbox.MailroomException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.sns.SnsAsyncClient;
import software.amazon.awssdk.services.sns.model.ListTopicsResponse;
import software.amazon.awssdk.services.sns.model.Topic;

/**
 * The ARNs of the account's topics by name, as {@code ListTopics} tells them: 100 a page. One
 * listing serves all who ask meanwhile. It goes on when those have given up, and each page is kept,
 * so that even a very long list is found in the end.
 */
final class TopicNames {

  private final SnsAsyncClient sns;
  private final Duration pageTimeout;
  private final Map<String, String> arns = new ConcurrentHashMap<>();
  private @Nullable CompletableFuture<Void> listing; // guarded by this

  TopicNames(SnsAsyncClient sns, Duration pageTimeout) {
    this.sns = sns;
    this.pageTimeout = pageTimeout;
  }

  CompletableFuture<String> arn(String name) {
    String known = arns.get(name);
    return known != null
        ? CompletableFuture.completedFuture(known)
        : listing().thenApply(done -> listed(name));
  }

  void forget(String name) {
    arns.remove(name);
  }

  private String listed(String name) {
    String arn = arns.get(name);
    if (arn == null) {
      throw new MailroomException(
          "there is no topic of this name in the account and region of the SNS client; create it,"
              + " or route to a topic of another account by its ARN");
    }
    return arn;
  }

  private synchronized CompletableFuture<Void> listing() {
    CompletableFuture<Void> current = listing;
    if (current == null || current.isDone()) {
      current = pageFrom(null);
      listing = current;
    }
    return current;
  }

  private CompletableFuture<Void> pageFrom(@Nullable String token) {
    return Deadline.in(pageTimeout)
        .bound(() -> sns.listTopics(list -> list.nextToken(token)))
        .thenCompose(this::keep);
  }

  private CompletableFuture<Void> keep(ListTopicsResponse page) {
    for (Topic topic : page.topics()) {
      String arn = topic.topicArn();
      arns.put(arn.substring(arn.lastIndexOf(':') + 1), arn);
    }
    String next = page.nextToken();
    return next == null || next.isEmpty()
        ? CompletableFuture.completedFuture(null)
        : pageFrom(next);
  }
}
