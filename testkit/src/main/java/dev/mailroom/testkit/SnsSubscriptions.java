package dev.mailroom.testkit;

import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.UUID;

/** The actions on subscriptions. Thread-safe. */
final class SnsSubscriptions {

  private static final String ARN = "SubscriptionArn";

  private final SnsTopics topics;

  SnsSubscriptions(SnsTopics topics) {
    this.topics = topics;
  }

  Xml subscribe(Params params) {
    Topic topic = topics.topic(params.required("TopicArn"));
    String endpoint = params.required("Endpoint");
    if (!params.required("Protocol").equals("sqs") || !endpoint.startsWith("arn:aws:sqs:")) {
      throw invalid("LocalAws delivers to SQS only: Protocol sqs, and a queue's ARN as Endpoint");
    }
    if (Queues.isFifo(endpoint) && !topic.isFifo()) {
      throw invalid("FIFO SQS Queues can not be subscribed to standard SNS topics");
    }
    return new Xml().element(ARN, subscribe(topic, endpoint, params.map("Attributes")).arn());
  }

  private static Subscription subscribe(
      Topic topic, String endpoint, Map<String, String> attributes) {
    synchronized (topic) {
      for (Subscription known : topic.subscriptions().values()) {
        if (known.endpoint().equals(endpoint)) {
          return known;
        }
      }
      String arn = topic.arn() + ":" + UUID.randomUUID();
      Subscription made = new Subscription(arn, topic.arn(), endpoint);
      attributes.forEach(made::set);
      topic.subscriptions().put(arn, made);
      return made;
    }
  }

  Xml unsubscribe(Params params) {
    String arn = params.required(ARN);
    topics.all().forEach(topic -> topic.subscriptions().remove(arn));
    return new Xml();
  }

  Xml setAttributes(Params params) {
    subscription(params)
        .set(params.required("AttributeName"), params.find("AttributeValue").orElse(""));
    return new Xml();
  }

  Xml attributes(Params params) {
    Subscription subscription = subscription(params);
    Map<String, String> attributes = new TreeMap<>(subscription.attributes());
    attributes.putIfAbsent("RawMessageDelivery", "false");
    attributes.put(ARN, subscription.arn());
    attributes.put("TopicArn", subscription.topicArn());
    attributes.put("Protocol", "sqs");
    attributes.put("Endpoint", subscription.endpoint());
    attributes.put("Owner", ElasticMq.ACCOUNT);
    attributes.put("PendingConfirmation", "false");
    return SnsTopics.attributes(attributes);
  }

  private Subscription subscription(Params params) {
    Subscription subscription = all().get(params.required(ARN));
    if (subscription == null) {
      throw new ServiceError(404, "NotFound", "Subscription does not exist");
    }
    return subscription;
  }

  Xml listByTopic(Params params) {
    Topic topic = topics.topic(params.required("TopicArn"));
    return list(params, new TreeMap<>(topic.subscriptions()));
  }

  Xml list(Params params) {
    return list(params, all());
  }

  private NavigableMap<String, Subscription> all() {
    NavigableMap<String, Subscription> all = new TreeMap<>();
    topics.all().forEach(topic -> all.putAll(topic.subscriptions()));
    return all;
  }

  private static Xml list(Params params, NavigableMap<String, Subscription> subscriptions) {
    return SnsTopics.page(
        params,
        "Subscriptions",
        subscriptions,
        (subscription, xml) ->
            xml.element("TopicArn", subscription.topicArn())
                .element("Protocol", "sqs")
                .element(ARN, subscription.arn())
                .element("Owner", ElasticMq.ACCOUNT)
                .element("Endpoint", subscription.endpoint()));
  }

  private static ServiceError invalid(String reason) {
    return new ServiceError("InvalidParameter", "Invalid parameter: Endpoint Reason: " + reason);
  }
}
