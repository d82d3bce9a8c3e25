package dev.mailroom.testkit;

import java.net.URI;
import java.util.concurrent.CompletableFuture;

/** Everything behind the front: tells SQS from SNS. */
final class Endpoint implements Service {

  private final Queues queues;
  private final SqsService sqs;
  private final SnsService sns;

  Endpoint(Service elasticMq, URI address, Faults faults, Deliveries deliveries) {
    this.queues = new Queues(elasticMq, address);
    this.sqs = new SqsService(queues, FaultyCalls.sqs(faults), deliveries);
    this.sns = new SnsService(LocalAws.REGION.id(), sqs.sender(), FaultyCalls.sns(faults));
  }

  @Override
  public CompletableFuture<Answer> call(Request request) {
    if (request.target() != null && request.target().startsWith(Queues.TARGET)) {
      return sqs.call(request);
    }
    Params params = Params.parse(request.body());
    String action = params.find("Action").orElse("");
    if (sns.speaks(action)) {
      return sns.call(action, params);
    }
    if (request.contentType().startsWith("application/x-www-form-urlencoded")
        && !params.find("Version").orElse("").equals("2010-03-31")) {
      // An SDK from before 2023 that speaks to SQS in the Query protocol.
      return queues.call(request);
    }
    return CompletableFuture.completedFuture(
        SnsAnswers.error(
            new ServiceError(
                "InvalidAction", "LocalAws does not know the action '" + action + "'")));
  }
}
