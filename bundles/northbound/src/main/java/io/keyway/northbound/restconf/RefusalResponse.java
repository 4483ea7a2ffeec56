package io.keyway.northbound.restconf;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import javax.servlet.ServletOutputStream;
import javax.servlet.WriteListener;
import javax.servlet.http.HttpServletResponse;
import javax.servlet.http.HttpServletResponseWrapper;

/**
 * Holds the body of a 500 back until it is complete, and tells it differently when it is a refusal
 * of the configuration. Everything else passes through untouched, streams of notifications too.
 *
 * <p>RESTCONF writes an error body in one piece and never closes the stream: a flush, or the end of
 * the request, is the end of the body.
 */
final class RefusalResponse extends HttpServletResponseWrapper {

  private static final String CONTENT_LENGTH = "Content-Length";

  /** Longer bodies are not error answers; they pass as they are. */
  private static final int LIMIT = 64 * 1024;

  private final String insteadOfInput;
  private Stream stream;
  private boolean errorPending;

  /**
   * Wraps an answer.
   *
   * @param insteadOfInput what is said of input that does not parse, when no part of it may be
   *     repeated; null when it may
   */
  RefusalResponse(HttpServletResponse response, String insteadOfInput) {
    super(response);
    this.insteadOfInput = insteadOfInput;
  }

  private boolean failed() {
    boolean held =
        getStatus() == SC_INTERNAL_SERVER_ERROR
            || getStatus() == SC_BAD_REQUEST && insteadOfInput != null;
    return held && !isCommitted();
  }

  /**
   * RESTCONF sends an error without a word and then throws: what it throws has the words, so that
   * the error waits until {@link #finish()}.
   */
  @Override
  public void sendError(int status, String message) throws IOException {
    if (status == SC_INTERNAL_SERVER_ERROR) {
      errorPending = true;
    } else {
      super.sendError(status, message);
    }
  }

  @Override
  public void sendError(int status) throws IOException {
    sendError(status, null);
  }

  boolean errorPending() {
    return errorPending;
  }

  @Override
  public ServletOutputStream getOutputStream() throws IOException {
    if (stream == null) {
      stream = new Stream(super.getOutputStream());
    }
    return stream;
  }

  @Override
  public void setContentLength(int length) {
    if (!failed()) {
      super.setContentLength(length);
    }
  }

  @Override
  public void setContentLengthLong(long length) {
    if (!failed()) {
      super.setContentLengthLong(length);
    }
  }

  @Override
  public void setHeader(String name, String value) {
    if (!withheld(name)) {
      super.setHeader(name, value);
    }
  }

  @Override
  public void addHeader(String name, String value) {
    if (!withheld(name)) {
      super.addHeader(name, value);
    }
  }

  @Override
  public void setIntHeader(String name, int value) {
    if (!withheld(name)) {
      super.setIntHeader(name, value);
    }
  }

  @Override
  public void addIntHeader(String name, int value) {
    if (!withheld(name)) {
      super.addIntHeader(name, value);
    }
  }

  private boolean withheld(String header) {
    return CONTENT_LENGTH.equalsIgnoreCase(header) && failed();
  }

  @Override
  public void flushBuffer() throws IOException {
    if (stream != null) {
      stream.tell();
    }
    super.flushBuffer();
  }

  /** Sends what is still held back, when RESTCONF has returned without a flush. */
  void finish() throws IOException {
    if (errorPending) {
      errorPending = false;
      super.sendError(SC_INTERNAL_SERVER_ERROR);
      return;
    }
    if (stream != null) {
      stream.tell();
    }
  }

  private final class Stream extends ServletOutputStream {

    private final ServletOutputStream out;
    private ByteArrayOutputStream held;

    Stream(ServletOutputStream out) {
      this.out = out;
    }

    @Override
    public void write(int octet) throws IOException {
      write(new byte[] {(byte) octet}, 0, 1);
    }

    @Override
    public void write(byte[] octets, int offset, int length) throws IOException {
      if (held == null && failed()) {
        held = new ByteArrayOutputStream();
      }
      if (held == null) {
        out.write(octets, offset, length);
        return;
      }
      held.write(octets, offset, length);
      if (held.size() > LIMIT) {
        if (insteadOfInput == null) {
          release(held.toByteArray());
        } else {
          // Input that is repeated at length; none of it goes out.
          held.reset();
        }
      }
    }

    @Override
    public void flush() throws IOException {
      tell();
      out.flush();
    }

    @Override
    public void close() throws IOException {
      tell();
      out.close();
    }

    /** Sends what was held back, in our words or as it was. */
    void tell() throws IOException {
      if (held == null) {
        return;
      }
      String body = held.toString(StandardCharsets.UTF_8);
      String type = getContentType() == null ? "" : getContentType();
      Optional<ErrorBody> told =
          insteadOfInput == null
              ? ErrorBody.rewrite(type, body)
              : ErrorBody.withoutInput(getStatus(), type, body, insteadOfInput);
      told.ifPresent(error -> setStatus(error.status()));
      byte[] octets = told.map(ErrorBody::text).orElse(body).getBytes(StandardCharsets.UTF_8);
      RefusalResponse.super.setContentLength(octets.length);
      release(octets);
    }

    private void release(byte[] octets) throws IOException {
      held = null;
      out.write(octets);
    }

    @Override
    public boolean isReady() {
      return out.isReady();
    }

    @Override
    public void setWriteListener(WriteListener listener) {
      out.setWriteListener(listener);
    }
  }
}
