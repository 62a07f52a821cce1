import { createLink } from '@tanstack/react-router';
import { Button } from 'antd';

/** What looks like a button and goes to another page: a link, so that it can be opened in a new tab. */
export const ButtonLink = createLink(Button);
