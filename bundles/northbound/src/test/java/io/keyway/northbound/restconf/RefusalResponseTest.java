package io.keyway.northbound.restconf;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.northbound.Fakes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import javax.servlet.ServletOutputStream;
import javax.servlet.WriteListener;
import javax.servlet.http.HttpServletResponse;
import org.junit.jupiter.api.Test;

class RefusalResponseTest {

  private static final String JSON =
      "{\"errors\":{\"error\":[{\"error-tag\":\"operation-failed\",\"error-info\":"
          + "\"/keyway-ipsec:ipsec/tunnels/tunnel=t1/gateway: there is no gateway 'x'; create it\","
          + "\"error-message\":\"Transaction(PUT) not committed correctly\","
          + "\"error-type\":\"application\"}]}}";
  private static final String XML =
      "<?xml version=\"1.0\" ?>\n<errors xmlns=\"urn:ietf:params:xml:ns:yang:ietf-restconf\">"
          + "<error><error-tag>operation-failed</error-tag><error-info>/keyway-ipsec:ipsec/"
          + "child-policies/child-policy=c/life-time: 1 &lt; 2</error-info></error></errors>";

  private final Http http = new Http();
  private final RefusalResponse response =
      new RefusalResponse(Fakes.of(HttpServletResponse.class, http), null);

  @Test
  void aReferenceToNowhereIsAConflictWithPathAndReason() throws IOException {
    answer(500, "application/yang-data+json", JSON);
    assertThat(http.status).isEqualTo(409);
    assertThat(http.body())
        .isEqualTo(
            "{\"errors\":{\"error\":[{\"error-type\":\"application\","
                + "\"error-tag\":\"data-missing\",\"error-app-tag\":\"instance-required\","
                + "\"error-path\":\"/keyway-ipsec:ipsec/tunnels/tunnel[name='t1']"
                + "/gateway\",\"error-message\":\"there is no gateway 'x'; create it\"}]}}");
    assertThat(http.lengths).containsExactly(http.body().length());
  }

  @Test
  void anEntryWithoutSenseIsABadRequest() throws IOException {
    answer(500, "application/yang-data+xml", XML);
    assertThat(http.status).isEqualTo(400);
    assertThat(http.body())
        .contains(
            "<error-tag>invalid-value</error-tag>",
            "child-policy[name='c']/life-time</error-path>",
            "<error-message>1 &lt; 2</error-message>")
        .doesNotContain("operation-failed");
  }

  @Test
  void otherFailuresStayAsTheyAre() throws IOException {
    String other = JSON.replace("/keyway-ipsec:ipsec/", "/elsewhere/");
    answer(500, "application/yang-data+json", other);
    assertThat(http.status).isEqualTo(500);
    assertThat(http.body()).isEqualTo(other);
  }

  @Test
  void whereKeysComeInOnlyOurOwnWordsGoOut() throws IOException {
    String own = "{\"errors\": {\"error\": [{\"error-message\": \"data plane 'x': no\"}]}}";
    for (String body : List.of(JSON, "no json", own, own + " ".repeat(100_000))) {
      http.out.reset();
      RefusalResponse careful =
          new RefusalResponse(Fakes.of(HttpServletResponse.class, http), "it does not fit");
      careful.setStatus(400);
      careful.setContentType("application/yang-data+json");
      careful.getOutputStream().write(body.getBytes(StandardCharsets.UTF_8));
      careful.flushBuffer();
      assertThat(http.status).isEqualTo(400);
      assertThat(http.body()).contains(body.equals(own) ? "data plane 'x': no" : "it does not fit");
      assertThat(http.body().length()).isLessThan(1000);
    }
  }

  @Test
  void bodiesThatAreNoErrorsStayAsTheyAre() throws IOException {
    for (String body : List.of("", "no json", "{}", "[]", "{\"errors\":1}")) {
      http.out.reset();
      RefusalResponse fresh = new RefusalResponse(Fakes.of(HttpServletResponse.class, http), null);
      fresh.setStatus(500);
      fresh.setContentType("application/yang-data+json");
      fresh.getOutputStream().write(body.getBytes(StandardCharsets.UTF_8));
      fresh.getOutputStream().close();
      assertThat(http.status).isEqualTo(500);
      assertThat(http.body()).isEqualTo(body);
    }
  }

  @Test
  void whatSucceedsIsNotHeldBack() throws IOException {
    response.setStatus(200);
    response.setContentType("text/event-stream");
    response.setContentLength(5);
    response.getOutputStream().write("data:".getBytes(StandardCharsets.UTF_8));
    assertThat(http.body()).isEqualTo("data:");
    assertThat(http.lengths).containsExactly(5);
    response.getOutputStream().flush();
    assertThat(http.flushed).isTrue();
  }

  @Test
  void aLongFailureIsNotHeldBackForEver() throws IOException {
    response.setStatus(500);
    response.getOutputStream().write(new byte[100_000]);
    assertThat(http.out.size()).isEqualTo(100_000);
  }

  @Test
  void aBodyThatIsNeverFlushedIsSentWhenTheCallReturns() throws IOException {
    response.setStatus(500);
    response.setContentType("application/yang-data+json");
    response.getOutputStream().write(JSON.getBytes(StandardCharsets.UTF_8));
    assertThat(http.body()).isEmpty();
    response.finish();
    assertThat(http.status).isEqualTo(409);
    assertThat(http.body()).contains("instance-required");
  }

  private void answer(int status, String type, String body) throws IOException {
    response.setStatus(status);
    response.setContentType(type);
    response.setHeader("Content-Length", Integer.toString(body.length()));
    response.getOutputStream().write(body.getBytes(StandardCharsets.UTF_8));
    response.getOutputStream().flush();
    response.flushBuffer();
    response.getOutputStream().close();
  }

  /** What a servlet container would send. */
  public static final class Http {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final List<Integer> lengths = new ArrayList<>();
    private int status;
    private String type;
    private boolean flushed;

    String body() {
      return out.toString(StandardCharsets.UTF_8);
    }

    public void setStatus(int value) {
      status = value;
    }

    public int getStatus() {
      return status;
    }

    public void flushBuffer() {
      flushed = true;
    }

    public boolean isCommitted() {
      return false;
    }

    public void setContentType(String value) {
      type = value;
    }

    public String getContentType() {
      return type;
    }

    public void setContentLength(int length) {
      lengths.add(length);
    }

    public void setHeader(String name, String value) {
      throw new AssertionError(name + " was not withheld");
    }

    public ServletOutputStream getOutputStream() {
      return new ServletOutputStream() {
        @Override
        public void write(int octet) {
          out.write(octet);
        }

        @Override
        public void flush() {
          flushed = true;
        }

        @Override
        public boolean isReady() {
          return true;
        }

        @Override
        public void setWriteListener(WriteListener listener) {
          throw new UnsupportedOperationException();
        }
      };
    }
  }
}
