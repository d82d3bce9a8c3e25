package dev.mailroom.relay.aws;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.sns.model.KmsThrottlingException;
import software.amazon.awssdk.services.sns.model.SnsException;
import software.amazon.awssdk.services.sqs.model.InvalidMessageContentsException;
import software.amazon.awssdk.services.sqs.model.KmsThrottledException;
import software.amazon.awssdk.services.sqs.model.QueueDoesNotExistException;
import software.amazon.awssdk.services.sqs.model.RequestThrottledException;

class FaultsTest {

  @ParameterizedTest
  @CsvSource({
    "InvalidMessageContents, MESSAGE",
    "InvalidParameterValue, MESSAGE",
    "MissingParameter, MESSAGE",
    "InvalidAttributeValue, MESSAGE",
    "InvalidParameter, MESSAGE",
    "ParameterValueInvalid, MESSAGE",
    "ValidationException, MESSAGE",
    "BatchRequestTooLong, TOO_LONG",
    "AWS.SimpleQueueService.BatchRequestTooLong, TOO_LONG",
    "AWS.SimpleQueueService.TooManyEntriesInBatchRequest, TOO_LONG",
    "QueueDoesNotExist, MISSING",
    "AWS.SimpleQueueService.NonExistentQueue, MISSING",
    "com.amazonaws.sqs#QueueDoesNotExist, MISSING",
    "NotFound, MISSING",
    "ResourceNotFoundException, MISSING",
    "AccessDenied, DESTINATION",
    "AccessDeniedException, DESTINATION",
    "AuthorizationError, DESTINATION",
    "InvalidAddress, DESTINATION",
    "InvalidSecurity, DESTINATION",
    "AWS.SimpleQueueService.UnsupportedOperation, DESTINATION",
    "KmsAccessDenied, DESTINATION",
    "KMSAccessDenied, DESTINATION",
    "KMS.AccessDeniedException, DESTINATION",
    "KmsDisabled, DESTINATION",
    "KMSInvalidState, DESTINATION",
    "KMS.NotFoundException, DESTINATION",
    "KMSOptInRequired, DESTINATION",
    "KmsInvalidKeyUsage, DESTINATION",
    "ExpiredTokenException, DESTINATION",
    "UnrecognizedClientException, DESTINATION",
    "RequestThrottled, TRANSIENT",
    "Throttling, TRANSIENT",
    "ThrottlingException, TRANSIENT",
    "Throttled, TRANSIENT",
    "KmsThrottled, TRANSIENT",
    "KMSThrottling, TRANSIENT",
    "KMS.ThrottlingException, TRANSIENT",
    "OverLimit, TRANSIENT",
    "InternalError, TRANSIENT",
    "ServiceUnavailable, TRANSIENT",
    "EmptyBatchRequest, UNKNOWN",
    "SomethingNew, UNKNOWN",
  })
  void knowsACodeInAllItsSpellings(String code, Fault fault) {
    assertThat(Faults.of(code)).isEqualTo(fault);
    assertThat(Faults.of(answer(400, code))).isEqualTo(fault);
  }

  @Test
  void theClassIsEnoughWhateverTheCode() {
    assertThat(Faults.of(coded(QueueDoesNotExistException.builder(), 400, "Anything").build()))
        .isEqualTo(Fault.MISSING);
    assertThat(Faults.of(QueueDoesNotExistException.builder().statusCode(400).build()))
        .isEqualTo(Fault.MISSING);
    assertThat(Faults.of(coded(KmsThrottledException.builder(), 400, "x").build()))
        .isEqualTo(Fault.TRANSIENT);
    assertThat(Faults.of(coded(KmsThrottlingException.builder(), 400, "x").build()))
        .isEqualTo(Fault.TRANSIENT);
    assertThat(Faults.of(coded(RequestThrottledException.builder(), 403, "x").build()))
        .isEqualTo(Fault.TRANSIENT);
    assertThat(Faults.of(coded(InvalidMessageContentsException.builder(), 400, "x").build()))
        .isEqualTo(Fault.MESSAGE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sqs.model.BatchRequestTooLong",
        "sqs.model.InvalidAddress",
        "sqs.model.InvalidMessageContents",
        "sqs.model.InvalidSecurity",
        "sqs.model.KmsAccessDenied",
        "sqs.model.KmsDisabled",
        "sqs.model.KmsInvalidKeyUsage",
        "sqs.model.KmsInvalidState",
        "sqs.model.KmsNotFound",
        "sqs.model.KmsOptInRequired",
        "sqs.model.KmsThrottled",
        "sqs.model.QueueDoesNotExist",
        "sqs.model.RequestThrottled",
        "sqs.model.TooManyEntriesInBatchRequest",
        "sqs.model.UnsupportedOperation",
        "sns.model.AuthorizationError",
        "sns.model.BatchRequestTooLong",
        "sns.model.InternalError",
        "sns.model.InvalidParameter",
        "sns.model.InvalidParameterValue",
        "sns.model.InvalidSecurity",
        "sns.model.KmsAccessDenied",
        "sns.model.KmsDisabled",
        "sns.model.KmsInvalidState",
        "sns.model.KmsNotFound",
        "sns.model.KmsOptInRequired",
        "sns.model.KmsThrottling",
        "sns.model.NotFound",
        "sns.model.Throttled",
        "sns.model.TooManyEntriesInBatchRequest",
        "sns.model.Validation",
      })
  void whatTheSdkDeclaresForSendingIsKnownByItsClassAlone(String name) throws Exception {
    var type = Class.forName("software.amazon.awssdk.services." + name + "Exception");
    var builder = (AwsServiceException.Builder) type.getMethod("builder").invoke(null);
    assertThat(Faults.of(builder.statusCode(400).build())).isNotEqualTo(Fault.UNKNOWN);
  }

  @Test
  void aServerThatFailsCondemnsNothing() {
    assertThat(Faults.of(answer(500, "InvalidParameterValue"))).isEqualTo(Fault.TRANSIENT);
    assertThat(Faults.of(answer(503, "QueueDoesNotExist"))).isEqualTo(Fault.TRANSIENT);
    assertThat(Faults.of(answer(502, null))).isEqualTo(Fault.TRANSIENT);
  }

  @ParameterizedTest
  @ValueSource(ints = {408, 429})
  void statusesThatMeanLaterAreTransientWithoutAKnownCode(int status) {
    assertThat(Faults.of(answer(status, null))).isEqualTo(Fault.TRANSIENT);
    assertThat(Faults.of(answer(status, "SomethingNew"))).isEqualTo(Fault.TRANSIENT);
  }

  @Test
  void theSdksOwnListOfThrottlingCodesIsHeeded() {
    assertThat(Faults.of(answer(400, "ProvisionedThroughputExceededException")))
        .isEqualTo(Fault.TRANSIENT);
  }

  @Test
  void whatNeverReachedTheServiceIsTransient() {
    assertThat(Faults.of(new IOException("closed"))).isEqualTo(Fault.TRANSIENT);
    assertThat(Faults.of(new TimeoutException())).isEqualTo(Fault.TRANSIENT);
    assertThat(Faults.of(ApiCallTimeoutException.create(5000))).isEqualTo(Fault.TRANSIENT);
    assertThat(Faults.of(SdkClientException.create("Unable to load credentials")))
        .isEqualTo(Fault.TRANSIENT);
  }

  @Test
  void looksThroughTheWrappersOfFutures() {
    assertThat(Faults.of(new CompletionException(answer(400, "NotFound"))))
        .isEqualTo(Fault.MISSING);
    assertThat(Faults.timedOut(new CompletionException(new TimeoutException()))).isTrue();
  }

  @Test
  void textsNameCodeMessageStatusAndRequest() {
    assertThat(Faults.text(new CompletionException(answer(400, "NotFound"))))
        .isEqualTo("NotFound: it went wrong (HTTP 400, request r-1)");
    assertThat(Faults.text(SdkClientException.create("no way", new IOException("refused"))))
        .contains("no way", "IOException: refused");
  }

  @Test
  void textsAreCutOff() {
    assertThat(Faults.text("Code", "x".repeat(5000))).hasSizeLessThan(400).endsWith("…");
  }

  private static AwsServiceException answer(int status, @Nullable String code) {
    return coded(SnsException.builder(), status, code).build();
  }

  private static AwsServiceException.Builder coded(
      AwsServiceException.Builder builder, int status, @Nullable String code) {
    return builder
        .statusCode(status)
        .requestId("r-1")
        .awsErrorDetails(
            AwsErrorDetails.builder().errorCode(code).errorMessage("it went wrong").build());
  }
}
