"""Pages for people: server-rendered, whole without JavaScript, one template each."""
