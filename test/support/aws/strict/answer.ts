import { randomUUID } from 'node:crypto';
import type { Refusal } from './refusal.ts';
import type { AwsRequest } from './request.ts';
import { escapeXml, writeXml, type Xml } from './xml.ts';

/** What goes back over HTTP. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | string;
}

/** What EC2 answers to a call that succeeded. */
export function ec2Answer(action: string, result: Xml): Answer {
  const inside = `<requestId>${randomUUID()}</requestId>${writeXml(result)}`;
  return xml(
    200,
    `<${action}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">${inside}</${action}Response>`,
  );
}

export function jsonAnswer(json: unknown): Answer {
  return {
    status: 200,
    headers: { 'content-type': 'application/x-amz-json-1.0' },
    body: JSON.stringify(json),
  };
}

/** An error, written the way of the service that was asked. */
export function refusalAnswer({ service, headers }: AwsRequest, refusal: Refusal): Answer {
  const { code, message, status } = refusal;
  const error = `<Error><Code>${escapeXml(code)}</Code><Message>${escapeXml(message)}</Message></Error>`;
  if (headers['x-amz-target'] !== undefined) {
    return {
      ...jsonAnswer({ __type: `com.amazonaws.${service}#${code}`, message, Message: message }),
      status,
    };
  }
  if (service === 'ec2') {
    return xml(
      status,
      `<Response><Errors>${error}</Errors><RequestID>${randomUUID()}</RequestID></Response>`,
    );
  }
  return xml(
    status,
    `<ErrorResponse>${error.replace('<Code>', '<Type>Sender</Type><Code>')}<RequestId>${randomUUID()}</RequestId></ErrorResponse>`,
  );
}

function xml(status: number, body: string): Answer {
  return {
    status,
    headers: { 'content-type': 'text/xml;charset=UTF-8' },
    body: `<?xml version="1.0" encoding="UTF-8"?>\n${body}`,
  };
}
