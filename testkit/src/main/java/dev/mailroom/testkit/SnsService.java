package dev.mailroom.testkit;

import dev.mailroom.testkit.Deduplication.Accepted;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** SNS over the AWS Query protocol. */
final class SnsService {

  private static final String ENTRIES = "PublishBatchRequestEntries.member";

  private final SnsTopics topics;
  private final SnsPublisher publisher;
  private final FaultyCalls faults;
  private final Map<String, Function<Params, Xml>> administration = new HashMap<>();

  SnsService(String region, Sender sender, FaultyCalls faults) {
    this.topics = new SnsTopics(region, InstantSource.system());
    this.publisher = new SnsPublisher(sender, faults, InstantSource.system());
    this.faults = faults;
    SnsSubscriptions subscriptions = new SnsSubscriptions(topics);
    administration.put("CreateTopic", topics::create);
    administration.put("DeleteTopic", topics::delete);
    administration.put("ListTopics", topics::list);
    administration.put("GetTopicAttributes", topics::attributes);
    administration.put("SetTopicAttributes", topics::setAttributes);
    administration.put("Subscribe", subscriptions::subscribe);
    administration.put("Unsubscribe", subscriptions::unsubscribe);
    administration.put("GetSubscriptionAttributes", subscriptions::attributes);
    administration.put("SetSubscriptionAttributes", subscriptions::setAttributes);
    administration.put("ListSubscriptions", subscriptions::list);
    administration.put("ListSubscriptionsByTopic", subscriptions::listByTopic);
  }

  boolean speaks(String action) {
    return action.startsWith("Publish") || administration.containsKey(action);
  }

  CompletableFuture<Answer> call(String action, Params params) {
    String arn = params.find("TopicArn").or(() -> params.find("TargetArn")).orElse("");
    boolean publishes = action.startsWith("Publish");
    return faults.call(
        Topic.name(arn),
        publishes,
        sent(action, params),
        () -> {
          try {
            return publishes ? publish(action, arn, params) : administer(action, params);
          } catch (ServiceError e) {
            return CompletableFuture.completedFuture(SnsAnswers.error(e));
          }
        });
  }

  private static int sent(String action, Params params) {
    return switch (action) {
      case "Publish" -> 1;
      case "PublishBatch" -> params.list(ENTRIES).size();
      default -> 0;
    };
  }

  private CompletableFuture<Answer> administer(String action, Params params) {
    Function<Params, Xml> act = administration.get(action);
    if (act == null) {
      throw new ServiceError("InvalidAction", "LocalAws does not know the action " + action);
    }
    return CompletableFuture.completedFuture(SnsAnswers.success(action, act.apply(params)));
  }

  private CompletableFuture<Answer> publish(String action, String arn, Params params) {
    Topic topic = topics.topic(arn);
    if (action.equals("PublishBatch")) {
      return publishBatch(topic, params);
    }
    Publication publication = Publication.of(params);
    publication.checkFor(topic);
    return publisher
        .publish(topic, List.of(publication))
        .thenApply(accepted -> SnsAnswers.success(action, result(accepted.get(0))));
  }

  private CompletableFuture<Answer> publishBatch(Topic topic, Params params) {
    SnsBatch batch = SnsBatch.of(topic, params, faults);
    return publisher
        .publish(topic, batch.publications())
        .thenApply(accepted -> SnsAnswers.success("PublishBatch", batch.result(accepted)));
  }

  static Xml result(Accepted accepted) {
    Xml result = new Xml().element("MessageId", accepted.messageId());
    return accepted.sequence().isEmpty()
        ? result
        : result.element("SequenceNumber", accepted.sequence());
  }

  /** The entries of one {@code PublishBatch}: those to publish, and those that have failed. */
  private record SnsBatch(List<String> ids, List<Publication> publications, Xml failed) {

    /**
     * @throws ServiceError if the batch is refused as a whole
     */
    static SnsBatch of(Topic topic, Params params, FaultyCalls faults) {
      List<Params> entries = params.list(ENTRIES);
      Limits.checkBatch(entries.stream().map(entry -> entry.find("Id").orElse("")).toList());
      Limits.checkTotal(
          entries.stream().mapToLong(SnsBatch::size).sum(), topic.maximumMessageSize());
      SnsBatch batch = new SnsBatch(new ArrayList<>(), new ArrayList<>(), new Xml());
      entries.forEach(entry -> batch.add(topic, entry, faults));
      return batch;
    }

    private static int size(Params entry) {
      return Attribute.size(entry.find("Message").orElse(""), Attribute.of(entry));
    }

    private void add(Topic topic, Params entry, FaultyCalls faults) {
      String id = entry.required("Id");
      try {
        Publication publication = Publication.of(entry);
        publication.checkFor(topic);
        if (faults.failsEntry(topic.name())) {
          throw FaultyCalls.entryFailure();
        }
        ids.add(id);
        publications.add(publication);
      } catch (ServiceError e) {
        failed.element(
            "member",
            new Xml()
                .element("Id", id)
                .element("Code", e.code())
                .element("Message", e.text())
                .element("SenderFault", Boolean.toString(e.isSenderFault())));
      }
    }

    Xml result(List<Accepted> accepted) {
      Xml successful = new Xml();
      for (int i = 0; i < ids.size(); i++) {
        Xml member = SnsService.result(accepted.get(i)).element("Id", ids.get(i));
        successful.element("member", member);
      }
      return new Xml().element("Successful", successful).element("Failed", failed);
    }
  }
}
