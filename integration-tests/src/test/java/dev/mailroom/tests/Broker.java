package dev.mailroom.tests;

import static org.awaitility.Awaitility.await;

import dev.mailroom.outbox.Message;
import dev.mailroom.relay.OutboxEntry;
import dev.mailroom.tests.town.WillingTransport;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A broker that remembers what it accepted, in order, and fails what it is told to: for tests of
 * relay and database, where the broker's own ways do not matter.
 */
final class Broker extends WillingTransport {

  final List<Message> accepted = new CopyOnWriteArrayList<>();

  /** Payloads that fail for a reason that may pass, and others that are refused as bad. */
  final Set<String> failing = ConcurrentHashMap.newKeySet();

  final Set<String> refused = ConcurrentHashMap.newKeySet();

  List<String> payloads() {
    return accepted.stream().map(Message::payload).toList();
  }

  List<String> payloadsOf(String key) {
    return accepted.stream()
        .filter(message -> message.key().filter(key::equals).isPresent())
        .map(Message::payload)
        .toList();
  }

  /** Waits until it has accepted so many more; looks again and again, to be late by little. */
  void awaitMore(int messages) {
    int enough = accepted.size() + messages;
    await()
        .atMost(Duration.ofSeconds(60))
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(1))
        .until(() -> accepted.size() >= enough);
  }

  @Override
  protected Result take(OutboxEntry entry) {
    String payload = entry.message().payload();
    if (refused.contains(payload)) {
      return new Result.Refused("bad message");
    } else if (failing.contains(payload)) {
      return new Result.Failed("not now");
    }
    accepted.add(entry.message());
    return new Result.Accepted();
  }
}
