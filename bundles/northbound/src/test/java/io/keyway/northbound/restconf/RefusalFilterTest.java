package io.keyway.northbound.restconf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.keyway.northbound.Fakes;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import javax.servlet.AsyncContext;
import javax.servlet.FilterChain;
import javax.servlet.ServletException;
import javax.servlet.ServletOutputStream;
import javax.servlet.WriteListener;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;
import org.junit.jupiter.api.Test;

class RefusalFilterTest {

  private final RefusalFilter filter = new RefusalFilter();
  private final Http http = new Http();

  @Test
  void inputThatDoesNotFitTheModelIsABadRequestWithTheReason() throws Exception {
    ask("/rests/operations/keyway-ipsec:rekey", new IllegalArgumentException("Invalid value 'x'"));
    assertThat(http.status).isEqualTo(400);
    assertThat(http.type).isEqualTo("application/yang-data+json");
    assertThat(http.body()).contains("\"error-tag\":\"invalid-value\"", "Invalid value 'x'");
  }

  @Test
  void theAnswerIsXmlForThoseWhoAskForIt() throws Exception {
    http.accept = "application/yang-data+xml";
    ask("/rests/operations/keyway-ipsec:rekey", new IllegalArgumentException("a < b"));
    assertThat(http.type).isEqualTo("application/yang-data+xml");
    assertThat(http.body()).contains("<error-message>a &lt; b</error-message>");
  }

  @Test
  void inputOfSecretsIsNotRepeated() throws Exception {
    ask(
        "/rests/operations/keyway-ipsec:put-secret",
        new IllegalArgumentException("String planted does not match"));
    assertThat(http.status).isEqualTo(400);
    assertThat(http.body()).contains("it takes name, kind").doesNotContain("planted");
  }

  @Test
  void inputOfAMountPointIsNotRepeated() throws Exception {
    ask(
        "/rests/data/keyway-ipsec:ipsec/data-planes/data-plane=x/yang-ext%3Amount/a",
        new IllegalArgumentException("Value 'planted' does not match"));
    assertThat(http.status).isEqualTo(400);
    assertThat(http.body()).contains("openconfig-ipsec-offload").doesNotContain("planted");
  }

  @Test
  void aFaultOfTheServerIsANumberForTheClientAndTheRestForTheLog() throws Exception {
    ask("/rests/data", new IllegalStateException("inner detail"));
    assertThat(http.status).isEqualTo(500);
    assertThat(http.body()).contains("the log has it as").doesNotContain("inner detail");
  }

  @Test
  void anAnswerAnnouncedFromAnotherThreadIsGivenAtOnce() throws Exception {
    http.asynchronous = true;
    ask("/rests/operations/keyway-ipsec:rekey", new IllegalArgumentException("Invalid value 'x'"));
    assertThat(http.status).isEqualTo(400);
    assertThat(http.completed).isTrue();
  }

  @Test
  void anErrorThatIsSentAndCompletedBeforeItIsThrownIsStillAnswered() throws Exception {
    http.uri = "/rests/operations/keyway-ipsec:rekey";
    FilterChain likeJersey =
        (request, response) -> {
          AsyncContext context = request.startAsync();
          ((HttpServletResponse) response).sendError(500, "Request failed.");
          context.complete();
          assertThat(http.completed).isFalse();
          throw new ServletException(new IllegalArgumentException("Invalid value 'x'"));
        };
    filter.doFilter(
        Fakes.of(HttpServletRequest.class, http),
        Fakes.of(HttpServletResponse.class, http),
        likeJersey);
    assertThat(http.status).isEqualTo(400);
    assertThat(http.body()).contains("Invalid value 'x'");
    assertThat(http.completed).isTrue();
    assertThat(http.errors).isZero();
  }

  @Test
  void anErrorWithoutAnExceptionIsSentAfterAll() throws Exception {
    FilterChain failing =
        (request, response) -> {
          AsyncContext context = request.startAsync();
          ((HttpServletResponse) response).sendError(500, "Request failed.");
          context.complete();
        };
    filter.doFilter(
        Fakes.of(HttpServletRequest.class, http),
        Fakes.of(HttpServletResponse.class, http),
        failing);
    assertThat(http.errors).isEqualTo(1);
    assertThat(http.completed).isTrue();
  }

  @Test
  void whatHasBegunIsNotAnsweredAgain() {
    http.committed = true;
    assertThatExceptionOfType(ServletException.class)
        .isThrownBy(() -> ask("/rests/data", new IllegalArgumentException("late")));
    assertThat(http.body()).isEmpty();
  }

  private void ask(String uri, RuntimeException failure) throws Exception {
    http.uri = uri;
    FilterChain chain =
        (request, response) -> {
          throw new ServletException(new ServletException(failure));
        };
    filter.doFilter(
        Fakes.of(HttpServletRequest.class, http), Fakes.of(HttpServletResponse.class, http), chain);
  }

  /** Both sides of an exchange. */
  public static final class Http {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private String uri;
    private String accept;
    private int status = 200;
    private String type;
    private boolean committed;
    private boolean asynchronous;
    private boolean completed;
    private int errors;

    String body() {
      return out.toString(StandardCharsets.UTF_8);
    }

    public String getMethod() {
      return "PUT";
    }

    public String getRequestURI() {
      return uri;
    }

    public String getHeader(String name) {
      return accept;
    }

    public boolean isAsyncStarted() {
      return asynchronous;
    }

    public AsyncContext startAsync() {
      asynchronous = true;
      return getAsyncContext();
    }

    public void sendError(int value) {
      errors++;
    }

    public AsyncContext getAsyncContext() {
      return Fakes.of(
          AsyncContext.class,
          new Object() {
            public void complete() {
              completed = true;
            }
          });
    }

    public boolean isCommitted() {
      return committed;
    }

    public void reset() {
      out.reset();
    }

    public void setStatus(int value) {
      status = value;
    }

    public void setContentType(String value) {
      type = value;
    }

    public void setContentLength(int length) {
      assertThat(length).isPositive();
    }

    public ServletOutputStream getOutputStream() {
      return new ServletOutputStream() {
        @Override
        public void write(int octet) {
          out.write(octet);
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
