package dev.mailroom.testkit;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;

/** The topics by ARN, and the actions that make, change and list them. Thread-safe. */
final class SnsTopics {

  private static final int PAGE = 100;
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,256}(\\.fifo)?");

  private final String prefix;
  private final InstantSource clock;
  private final ConcurrentNavigableMap<String, Topic> topics = new ConcurrentSkipListMap<>();

  SnsTopics(String region, InstantSource clock) {
    this.prefix = "arn:aws:sns:" + region + ":" + ElasticMq.ACCOUNT + ":";
    this.clock = clock;
  }

  /**
   * @throws ServiceError if there is none of that ARN
   */
  Topic topic(String arn) {
    if (!arn.matches("arn:[^:]+:sns:[^:]*:[^:]*:[^:]+")) {
      throw new ServiceError(
          "InvalidParameter", "Invalid parameter: TopicArn Reason: it is not the ARN of a topic");
    }
    Topic topic = topics.get(arn);
    if (topic == null) {
      throw new ServiceError(404, "NotFound", "Topic does not exist");
    }
    return topic;
  }

  Iterable<Topic> all() {
    return topics.values();
  }

  Xml create(Params params) {
    String name = params.required("Name");
    Map<String, String> attributes = params.map("Attributes");
    boolean fifo = Boolean.parseBoolean(attributes.get("FifoTopic"));
    if (!NAME.matcher(name).matches() || fifo != name.endsWith(Topic.FIFO_SUFFIX)) {
      throw new ServiceError(
          "InvalidParameter",
          "Invalid parameter: Topic Name: letters, digits, hyphens and underscores, and .fifo at"
              + " the end if and only if FifoTopic is true");
    }
    Topic made = new Topic(prefix + name, clock);
    attributes.forEach(made::set);
    topics.putIfAbsent(made.arn(), made);
    return new Xml().element("TopicArn", made.arn());
  }

  Xml delete(Params params) {
    topics.remove(params.required("TopicArn"));
    return new Xml();
  }

  Xml attributes(Params params) {
    Topic topic = topic(params.required("TopicArn"));
    Map<String, String> attributes = new TreeMap<>(topic.attributes());
    attributes.put("TopicArn", topic.arn());
    attributes.put("Owner", ElasticMq.ACCOUNT);
    attributes.putIfAbsent("DisplayName", "");
    attributes.put("SubscriptionsConfirmed", Integer.toString(topic.subscriptions().size()));
    attributes.put("SubscriptionsPending", "0");
    attributes.put("SubscriptionsDeleted", "0");
    return attributes(attributes);
  }

  static Xml attributes(Map<String, String> attributes) {
    Xml entries = new Xml();
    attributes.forEach(
        (key, value) ->
            entries.element("entry", new Xml().element("key", key).element("value", value)));
    return new Xml().element("Attributes", entries);
  }

  Xml setAttributes(Params params) {
    topic(params.required("TopicArn"))
        .set(params.required("AttributeName"), params.find("AttributeValue").orElse(""));
    return new Xml();
  }

  Xml list(Params params) {
    return page(params, "Topics", topics, (topic, xml) -> xml.element("TopicArn", topic.arn()));
  }

  /** One page of {@code all}, where the token is the key of the last element before it. */
  static <T> Xml page(
      Params params, String list, NavigableMap<String, T> all, BiConsumer<T, Xml> write) {
    String after = params.find("NextToken").orElse("");
    List<Map.Entry<String, T>> page = new ArrayList<>();
    all.tailMap(after, false).entrySet().stream().limit(PAGE).forEach(page::add);
    Xml members = new Xml();
    for (Map.Entry<String, T> entry : page) {
      Xml member = new Xml();
      write.accept(entry.getValue(), member);
      members.element("member", member);
    }
    Xml result = new Xml().element(list, members);
    if (page.size() == PAGE) {
      result.element("NextToken", page.get(PAGE - 1).getKey());
    }
    return result;
  }
}
