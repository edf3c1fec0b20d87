// Draws a run's curves from its server-sent events. EventSource reconnects by itself and continues after the last event it saw.
const run = document.getElementById('run');
if (run) {
  const losses = document.getElementById('loss-chart');
  const rates = document.getElementById('rate-chart');
  const set = (id, text) => { document.getElementById(id).textContent = text; };
  const colour = name => getComputedStyle(document.documentElement).getPropertyValue(`--mud-palette-${name}`).trim();

  const look = () => ({
    paper_bgcolor: 'rgba(0,0,0,0)', plot_bgcolor: 'rgba(0,0,0,0)', font: { color: colour('text-secondary'), family: 'system-ui, sans-serif', size: 12 },
    margin: { l: 58, r: 12, t: 8, b: 40 }, hovermode: 'x unified', legend: { orientation: 'h', y: 1.12, x: 0 },
    hoverlabel: { bgcolor: colour('surface'), font: { color: colour('text-primary') } },
    xaxis: { title: { text: 'step' }, gridcolor: colour('lines-default'), zerolinecolor: colour('lines-default'), rangemode: 'tozero' },
    yaxis: { gridcolor: colour('lines-default'), zerolinecolor: colour('lines-default'), exponentformat: 'e' },
  });
  const config = { responsive: true, displayModeBar: false };
  const curve = (name, tone, mode) => ({ x: [], y: [], name, mode, type: 'scatter', line: { color: colour(tone), width: 2 }, marker: { color: colour(tone), size: 6 } });
  const draw = () => {
    Plotly.newPlot(losses, [curve('training', 'primary', 'lines'), curve('hold-out', 'warning', 'lines+markers')], look(), config);
    Plotly.newPlot(rates, [curve('learning rate', 'primary', 'lines')], { ...look(), showlegend: false }, config);
  };
  draw();
  document.addEventListener('themechange', () => {
    for (const [chart, tones] of [[losses, ['primary', 'warning']], [rates, ['primary']]]) {
      Plotly.relayout(chart, look());
      tones.forEach((tone, index) => Plotly.restyle(chart, { 'line.color': colour(tone), 'marker.color': colour(tone) }, [index]));
    }
  });

  const minutes = seconds => seconds < 90 ? `${Math.round(seconds)} s` : seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
  // A run that continues from a checkpoint trains some steps again: they take the place of what was drawn behind it.
  const extend = (chart, trace, points, member) => {
    const drawn = chart.data[trace];
    const kept = drawn.x.findIndex(step => step >= points[0].step);
    const [x, y] = kept < 0 ? [drawn.x, drawn.y] : [drawn.x.slice(0, kept), drawn.y.slice(0, kept)];
    Plotly.restyle(chart, { x: [[...x, ...points.map(p => p.step)]], y: [[...y, ...points.map(p => p[member])]] }, [trace]);
  };
  let waiting = [];
  const flush = () => {
    const points = waiting;
    waiting = [];
    const of = member => points.filter(point => point[member] !== undefined && point[member] !== null);
    const [training, held, rate] = [of('loss'), of('hold_out_loss'), of('learning_rate')];
    if (training.length) extend(losses, 0, training, 'loss');
    if (held.length) extend(losses, 1, held, 'hold_out_loss');
    if (rate.length) extend(rates, 0, rate, 'learning_rate');
    const newest = (member, id, show) => { const last = of(member).at(-1); if (last) set(id, show(last[member])); };
    newest('loss', 'loss', value => value.toFixed(4));
    newest('hold_out_loss', 'hold-out', value => value.toFixed(4));
    newest('tokens_per_second', 'speed', value => Math.round(value).toLocaleString('en-US'));
    newest('seconds_left', 'left', minutes);
    newest('message', 'note', value => ended(value) ? '' : value);
    if (points.length) {
      set('step', points.at(-1).step.toLocaleString('en-US'));
      run.dataset.points = losses.data[0].x.length;
    }
  };
  setInterval(() => { if (waiting.length) flush(); }, 250);

  const ended = state => ['succeeded', 'failed', 'cancelled', 'stopped', 'paused'].includes(state);
  const refresh = async () => {
    const answer = await fetch(`/api/v1/runs/${run.dataset.run}`).catch(() => null);
    if (!answer?.ok) return;
    const view = await answer.json();
    if (view.steps > 0) set('steps', view.steps.toLocaleString('en-US'));
    if (view.state !== run.dataset.state) {
      if (ended(view.state)) { location.reload(); return; } // the result, downloads and links are on the fresh page
      run.dataset.state = view.state;
      const mark = document.querySelector('#state .state');
      mark.textContent = view.state;
      mark.dataset.state = view.state;
    }
  };

  const connect = () => {
    const events = new EventSource(`/api/v1/runs/${run.dataset.run}/events`);
    events.addEventListener('point', event => { waiting.push(JSON.parse(event.data)); });
    events.addEventListener('end', () => { events.close(); flush(); refresh(); });
    events.onopen = () => { if (document.getElementById('note').textContent.startsWith('The connection')) set('note', ''); };
    events.onerror = () => {
      if (!ended(run.dataset.state)) set('note', 'The connection broke; connecting again.');
      if (events.readyState === EventSource.CLOSED) {
        setTimeout(() => { waiting = []; draw(); connect(); }, 3000); // the browser gave up: begin anew with the whole history
      }
    };
  };
  connect();
  const exports = document.getElementById('exports');
  if (exports?.dataset.open === 'yes') {
    const waited = setInterval(async () => {
      const answer = await fetch(`/api/v1/runs/${run.dataset.run}/exports`).catch(() => null);
      if (!answer?.ok) return;
      if (!(await answer.json()).items.some(one => one.state === 'queued' || one.state === 'running')) {
        clearInterval(waited);
        location.replace(location.pathname); // not reload(): the form must not be sent again
      }
    }, 2000);
  }
  if (!ended(run.dataset.state)) setInterval(refresh, 2000);
}
