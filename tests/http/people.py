# SPDX-License-Identifier: ISC
"""People that tests share; a test that changes somebody makes its own."""

import pytest

import client


@pytest.fixture
def anonymous():
    return client.Client()


@pytest.fixture(scope="session")
def chair():
    return client.person("chairperson")


@pytest.fixture(scope="session")
def manager(chair):
    return client.person("manager")


@pytest.fixture(scope="session")
def employee(chair):
    return client.person("employee")
