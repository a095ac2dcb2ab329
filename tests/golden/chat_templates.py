#!/usr/bin/env python3
"""Writes tests/golden/data/chat_templates.json: templates in the forms that published models use, and what transformers renders.

usage: chat_templates.py > tests/golden/data/chat_templates.json
A case that the template refuses (raise_exception) is null. needs: transformers, jinja2
"""
import json
import sys

import jinja2
import transformers
from transformers.utils.chat_template_utils import _compile_jinja_template

TEMPLATES = {
    "chatml": """{% for message in messages %}{{'<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n'}}\
{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}""",
    "smollm2": """{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}{{ '<|im_start|>system
You are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>
' }}{% endif %}{{'<|im_start|>' + message['role'] + '
' + message['content'] + '<|im_end|>' + '
'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant
' }}{% endif %}""",
    "llama-2": """{% if messages[0]['role'] == 'system' %}{% set loop_messages = messages[1:] %}\
{% set system_message = messages[0]['content'] %}{% else %}{% set loop_messages = messages %}{% set system_message = false %}{% endif %}\
{% for message in loop_messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}\
{{ raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') }}{% endif %}\
{% if loop.index0 == 0 and system_message != false %}\
{% set content = '<<SYS>>\\n' + system_message + '\\n<</SYS>>\\n\\n' + message['content'] %}{% else %}\
{% set content = message['content'] %}{% endif %}{% if message['role'] == 'user' %}\
{{ bos_token + '[INST] ' + content.strip() + ' [/INST]' }}{% elif message['role'] == 'assistant' %}\
{{ ' '  + content.strip() + ' ' + eos_token }}{% endif %}{% endfor %}""",
    "llama-3": """{% set loop_messages = messages %}{% for message in loop_messages %}\
{% set content = '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n'+ message['content'] | trim + '<|eot_id|>' %}\
{% if loop.index0 == 0 %}{% set content = bos_token + content %}{% endif %}{{ content }}{% endfor %}\
{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}""",
    "llama-3.2": """{{- bos_token }}
{%- if not date_string is defined %}
    {%- set date_string = "26 Jul 2024" %}
{%- endif %}
{%- if not tools is defined %}
    {%- set tools = none %}
{%- endif %}

{#- The system message comes out first. #}
{%- if messages[0]['role'] == 'system' %}
    {%- set system_message = messages[0]['content']|trim %}
    {%- set messages = messages[1:] %}
{%- else %}
    {%- set system_message = "" %}
{%- endif %}
{{- "<|start_header_id|>system<|end_header_id|>\\n\\n" }}
{%- if tools is not none %}
    {{- "Environment: ipython\\n" }}
{%- endif %}
{{- "Today Date: " + date_string + "\\n\\n" }}
{{- system_message }}
{{- "<|eot_id|>" }}
{%- for message in messages %}
    {%- if not (message.role == 'ipython' or message.role == 'tool' or 'tool_calls' in message) %}
        {{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n'+ message['content'] | trim + '<|eot_id|>' }}
    {%- elif message.role == "tool" %}
        {{- message.content | tojson }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}
{%- endif %}
""",
    "mistral": """{%- if messages[0]["role"] == "system" %}
    {%- set system_message = messages[0]["content"] %}
    {%- set loop_messages = messages[1:] %}
{%- else %}
    {%- set loop_messages = messages %}
{%- endif %}

{{- bos_token }}
{%- for message in loop_messages %}
    {%- if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}
        {{- raise_exception('After the optional system message, conversation roles must alternate user/assistant/user/assistant/...') }}
    {%- endif %}
    {%- if message["role"] == "user" %}
        {%- if loop.last and system_message is defined %}
            {{- "[INST] " + system_message + "\\n\\n" + message["content"] + "[/INST]" }}
        {%- else %}
            {{- "[INST] " + message["content"] + "[/INST]" }}
        {%- endif %}
    {%- elif message["role"] == "assistant" %}
        {{- " " + message["content"]|trim + eos_token}}
    {%- else %}
        {{- raise_exception("Only user and assistant roles are supported, with the exception of an initial optional system message!") }}
    {%- endif %}
{%- endfor %}
""",
    "gemma": """{{ bos_token }}{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}\
{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}\
{{ raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') }}{% endif %}\
{% if (message['role'] == 'assistant') %}{% set role = 'model' %}{% else %}{% set role = message['role'] %}{% endif %}\
{{ '<start_of_turn>' + role + '\n' + message['content'] | trim + '<end_of_turn>\n' }}{% endfor %}\
{% if add_generation_prompt %}{{'<start_of_turn>model\n'}}{% endif %}""",
    "zephyr": """{% for message in messages %}\n{% if message['role'] == 'user' %}\n{{ '<|user|>\n' + message['content'] + eos_token }}\n\
{% elif message['role'] == 'system' %}\n{{ '<|system|>\n' + message['content'] + eos_token }}\n\
{% elif message['role'] == 'assistant' %}\n{{ '<|assistant|>\n'  + message['content'] + eos_token }}\n{% endif %}\n\
{% if loop.last and add_generation_prompt %}\n{{ '<|assistant|>' }}\n{% endif %}\n{% endfor %}""",
    "qwen": """{%- if tools %}
    {{- '<|im_start|>system\\n# Tools\\n' }}
    {%- for tool in tools %}
        {{- "\\n" }}
        {{- tool | tojson }}
    {%- endfor %}
{%- else %}
    {%- if messages[0].role == 'system' %}
        {{- '<|im_start|>system\\n' + messages[0].content + '<|im_end|>\\n' }}
    {%- endif %}
{%- endif %}
{%- set ns = namespace(multi_step_tool=true, last_query_index=messages|length - 1) %}
{%- for message in messages[::-1] %}
    {%- set index = (messages|length - 1) - loop.index0 %}
    {%- if ns.multi_step_tool and message.role == "user" and message.content is string \
and not(message.content.startswith('<tool_response>') and message.content.endswith('</tool_response>')) %}
        {%- set ns.multi_step_tool = false %}
        {%- set ns.last_query_index = index %}
    {%- endif %}
{%- endfor %}
{%- for message in messages %}
    {%- if message.content is string %}
        {%- set content = message.content %}
    {%- else %}
        {%- set content = '' %}
    {%- endif %}
    {%- if (message.role == "user") or (message.role == "system" and not loop.first) %}
        {{- '<|im_start|>' + message.role + '\\n' + content + '<|im_end|>' + '\\n' }}
    {%- elif message.role == "assistant" %}
        {%- set reasoning_content = '' %}
        {%- if '</think>' in content %}
            {%- set reasoning_content = content.split('</think>')[0].rstrip('\\n').split('<think>')[-1].lstrip('\\n') %}
            {%- set content = content.split('</think>')[-1].lstrip('\\n') %}
        {%- endif %}
        {%- if loop.index0 > ns.last_query_index %}
            {%- if loop.last or (not loop.last and reasoning_content) %}
                {{- '<|im_start|>' + message.role + '\\n<think>\\n' + reasoning_content.strip('\\n') + '\\n</think>\\n\\n' }}
            {%- endif %}
        {%- else %}
            {{- '<|im_start|>' + message.role + '\\n' + content }}
        {%- endif %}
        {{- '<|im_end|>\\n' }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
    {%- if enable_thinking is defined and enable_thinking is false %}
        {{- '<think>\\n\\n</think>\\n\\n' }}
    {%- endif %}
{%- endif %}""",
    "white space": """  {% for message in messages %}
    {% if loop.first %}
 first {{ message.content }}
    {%+ endif %}
  {{ loop.index }}/{{ loop.length }} {# a comment #}
  {%- if not loop.last %} and {% endif +%}

\t{% endfor %}  
  end {{- ' ' -}}   
  of it
""",
    "operators": """{{ 1 + 2 * 3 - 8 // 3 }} {{ -7 // 2 }} {{ -7 % 3 }} {{ 'a' ~ 1 ~ true ~ none }} {{ 'b' if messages|length > 1 else 'c' }}
{{ ('x' if false) }}|{{ undefined_name }}|{{ undefined_name | default('d') }} {{ not true or 1 == 1 and 'e' }} {{ 'a' 'b' "c" }}
{{ [1, 'z', [true, none]] | tojson }} {{ messages[0] | tojson }} {{ ['p', 'q'] | join(', ') }} {{ ['p', 'q'] | last }}
{{ 'x' is string and 1 is not string }} {{ messages is iterable }} {{ (messages[0]).get('name', 'nobody') }} {{ 'a-b'.replace('-', '+') }}""",
    "characters": """{{ 'è!Hié'.strip('éè') }}|{{ messages[0].content.lstrip(' こん\u3000') }}|{{ 'ab\u00e9'.rstrip('\u00e8') }}|
{{ messages[-1].content | trim | length }}|{{ [1, 2, 3, 4][3:0:-2] | tojson }}|{{ [1, 2][-5:99:7] | tojson }}""",
    "loops": """{% set x = 'outer' %}{% set ns = namespace(found=false) %}{% for m in messages if m.role != 'system' %}{% set x = 'inner' %}\
{% set ns.found = true %}{{ loop.index }}{{ loop.revindex }}{{ loop.previtem.role if not loop.first else '-' }}{{ x }} {% endfor %}{{ x }} \
{{ ns.found }} {% for k, v in messages[0].items() %}{{ k }}={{ v | upper }};{% endfor %}{% for i in range(3) %}{{ i }}{% endfor %} \
{{ messages[-1].content }} {{ messages[5:] | length }} {{ messages[:2][-1:] | length }} {{ 'bc' in 'abcd' }} {{ 'role' not in messages[0] }}""",
}

SYSTEM = {"role": "system", "content": " Be brief. "}
USER, ANSWER, AGAIN = ({"role": "user", "content": "Hi there "}, {"role": "assistant", "content": "<think>\nhm\n</think>\n\nHello! "},
                       {"role": "user", "content": "Où est\n\"Köln\"?  "})
SPACES = {"role": "user", "content": "\u3000\x1c\u00a0こんにちは\u2003\u200b\u3000"}
CHATS = [[USER], [SYSTEM, USER], [USER, ANSWER, AGAIN], [SYSTEM, USER, ANSWER, AGAIN], [USER, USER], [USER, ANSWER], [SPACES]]
TOKENS = {"bos_token": "<s>", "eos_token": "</s>"}


def rendered(template, messages, add_generation_prompt):
    try:
        return _compile_jinja_template(template).render(messages=messages, add_generation_prompt=add_generation_prompt, tools=None,
                                                        documents=None, **TOKENS)
    except jinja2.exceptions.TemplateError:
        return None


def main():
    templates = [{"name": name, "template": template, "cases": [
        {"messages": chat, "add_generation_prompt": add, "expected": rendered(template, chat, add)}
        for chat in CHATS for add in (False, True)]} for name, template in TEMPLATES.items()]
    json.dump({"transformers": transformers.__version__, "tokens": TOKENS, "templates": templates}, sys.stdout, ensure_ascii=False,
              indent=1)
    print()


main()
